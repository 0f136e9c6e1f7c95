package io.dosql.engine.main;

import io.dosql.engine.archive.store.ServerSideEncryption;
import io.dosql.engine.main.EngineConfiguration.Store;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the variables of one store, whose names begin alike. */
final class StoreReader {

  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*");
  private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

  /** Reads a variable that must name a folder. */
  @FunctionalInterface
  interface Directories {
    Path required(String variable, String what);
  }

  private final Environment environment;
  private final String name;
  private final Directories directories;

  /** {@code name}: what all names begin with, and itself the variable of the kind. */
  StoreReader(Environment environment, String name, Directories directories) {
    this.environment = environment;
    this.name = name;
    this.directories = directories;
  }

  /** {@code database}: whose prefix is meant if none is given. */
  Store store(String database) {
    String kind = environment.text(name, "none");
    rejectWithout("s3", kind, name + "_S3_SSE");
    rejectWithout("s3 or directory", kind, name + "_ENCRYPTION_KEYS_DIR");
    return switch (kind) {
      case "none" -> new Store.None();
      case "directory" -> new Store.Directory(storeDirectory(), prefix(database), encryptionKeys());
      case "s3" ->
          new Store.S3(
              endpoint(),
              environment.matching(
                  name + "_S3_BUCKET", BUCKET, "a bucket's name: 3 to 63 of a-z, 0-9, '.', '-'"),
              environment.text(name + "_S3_REGION", "us-east-1"),
              directories.required(
                  name + "_S3_CREDENTIALS_DIR",
                  "the folder with the files accessKeyId and secretAccessKey"),
              prefix(database),
              serverSideEncryption(),
              encryptionKeys());
      default -> {
        environment.reject(name, kind, "none, s3 or directory");
        yield new Store.None();
      }
    };
  }

  /** What is asked for and cannot be done must not be passed over: it is about secrets. */
  private void rejectWithout(String kinds, String kind, String variable) {
    String value = environment.optional(variable);
    if (value != null && !List.of(kinds.split(" or ", -1)).contains(kind)) {
      environment.reject(variable, value, "left out unless " + name + " is " + kinds);
    }
  }

  private @Nullable Path encryptionKeys() {
    String variable = name + "_ENCRYPTION_KEYS_DIR";
    return environment.optional(variable) == null
        ? null
        : directories.required(
            variable, "the folder with the encryption keys and the file 'active'");
  }

  private ServerSideEncryption serverSideEncryption() {
    String kind = environment.text(name + "_S3_SSE", "none");
    String keyId = environment.text(name + "_S3_SSE_KMS_KEY", "");
    if (!keyId.isEmpty() && !(kind.equals("KMS") && ServerSideEncryption.Kms.isKeyId(keyId))) {
      environment.reject(
          name + "_S3_SSE_KMS_KEY",
          keyId,
          "the id, alias or ARN of a key, and " + name + "_S3_SSE KMS");
      return new ServerSideEncryption.ByBucket();
    }
    return switch (kind) {
      case "none" -> new ServerSideEncryption.ByBucket();
      case "AES256" -> new ServerSideEncryption.Aes256();
      case "KMS" -> new ServerSideEncryption.Kms(keyId);
      default -> {
        environment.reject(name + "_S3_SSE", kind, "none, AES256 or KMS");
        yield new ServerSideEncryption.ByBucket();
      }
    };
  }

  private Path storeDirectory() {
    return directories.required(name + "_DIRECTORY", "an existing folder");
  }

  private String prefix(String database) {
    String prefix = environment.text(name + "_PREFIX", database);
    if (!prefix.isEmpty() && (!PREFIX.matcher(prefix).matches() || hasDots(prefix))) {
      environment.reject(
          name + "_PREFIX", prefix, "names of A-Z, a-z, 0-9, '.', '_', '-', joined by '/'");
    }
    return prefix;
  }

  private static boolean hasDots(String prefix) {
    return List.of(prefix.split("/", -1)).stream()
        .anyMatch(part -> part.equals(".") || part.equals(".."));
  }

  private String endpoint() {
    String allowed = "a URL such as https://s3.example.com:9000, without a path";
    String text = environment.required(name + "_S3_ENDPOINT", allowed);
    if (text.isEmpty()) {
      return text;
    }
    try {
      URI uri = new URI(text);
      boolean good =
          ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
              && uri.getHost() != null
              && uri.getRawQuery() == null
              && uri.getRawUserInfo() == null
              && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"));
      if (good) {
        return text;
      }
    } catch (URISyntaxException notAUrl) {
      // Rejected below, together with URLs that are not good here.
    }
    environment.reject(name + "_S3_ENDPOINT", text, allowed);
    return text;
  }
}
