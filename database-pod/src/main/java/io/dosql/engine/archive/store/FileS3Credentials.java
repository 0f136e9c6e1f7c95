package io.dosql.engine.archive.store;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Credentials in two files of a folder, as Kubernetes mounts a Secret. They are read anew for every
 * request: two small files from memory, and a changed Secret needs neither a watch nor a restart.
 * Should the pair change between the two reads, the request is denied and, as the credentials have
 * changed meanwhile, repeated at once.
 */
public final class FileS3Credentials implements Supplier<S3Credentials> {

  static final String ACCESS_KEY_ID = "accessKeyId";
  static final String SECRET_ACCESS_KEY = "secretAccessKey";

  private static final int FILE_BYTES_MAX = 4096;

  private final Path folder;

  public FileS3Credentials(Path folder) {
    this.folder = folder;
  }

  /**
   * @throws DosqlException {@code STORAGE_PERMISSION_DENIED} when a file is missing, empty, too
   *     long or cannot be read
   */
  @Override
  public S3Credentials get() {
    return new S3Credentials(read(ACCESS_KEY_ID), read(SECRET_ACCESS_KEY));
  }

  private String read(String name) {
    Path file = folder.resolve(name);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
      if (bytes.length > FILE_BYTES_MAX) {
        throw failure(file + " has more than " + FILE_BYTES_MAX + " bytes.", null);
      }
      // Secrets made from files commonly end with a line end that is no part of the key.
      String value = new String(bytes, StandardCharsets.UTF_8).strip();
      if (value.isEmpty()) {
        throw failure(file + " is empty.", null);
      }
      return value;
    } catch (NoSuchFileException e) {
      throw failure("There is no file " + file + ".", e);
    } catch (IOException e) {
      throw failure("Cannot read " + file + ": " + e.getMessage() + ".", e);
    }
  }

  private static DosqlException failure(String message, @Nullable Throwable cause) {
    return new DosqlException(ErrorCode.STORAGE_PERMISSION_DENIED, message, cause)
        .withSuggestion(
            "Give the Secret of the backup store the keys %s and %s."
                .formatted(ACCESS_KEY_ID, SECRET_ACCESS_KEY));
  }
}
