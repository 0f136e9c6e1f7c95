package io.dosql.engine.archive.crypt;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Keys in the files of a folder, as Kubernetes mounts a Secret: each file is a key under its name,
 * 32 random bytes or their base64; the file {@code active} has the name of the one for new objects.
 * They are read anew whenever they are asked for: small files from memory, and a changed Secret
 * needs neither a watch nor a restart.
 */
public final class FileEncryptionKeys implements EncryptionKeys {

  static final String ACTIVE = "active";

  private static final int FILE_BYTES_MAX = 4096;

  private final Path folder;

  public FileEncryptionKeys(Path folder) {
    this.folder = folder;
  }

  @Override
  public EncryptionKey active() {
    String name = activeName();
    try {
      return named(name);
    } catch (DosqlException e) {
      // The folder may have been exchanged between the two reads.
      String now = activeName();
      if (now.equals(name)) {
        throw e;
      }
      return named(now);
    }
  }

  @Override
  public EncryptionKey named(String name) {
    if (!EncryptionKey.isName(name) || name.equals(ACTIVE)) {
      throw failure("\"%s\" cannot be the name of a key.".formatted(name), null);
    }
    return new EncryptionKey(name, secret(name, read(name)));
  }

  private String activeName() {
    String name = new String(read(ACTIVE), StandardCharsets.UTF_8).strip();
    if (!EncryptionKey.isName(name) || name.equals(ACTIVE)) {
      throw failure(
          "%s does not hold the name of a key: 1 to %d of A-Z, a-z, 0-9, '.', '_', '-'."
              .formatted(folder.resolve(ACTIVE), EncryptionKey.NAME_LENGTH_MAX),
          null);
    }
    return name;
  }

  private byte[] secret(String name, byte[] content) {
    if (content.length == EncryptionKey.SECRET_BYTES && !isText(content)) {
      return content;
    }
    try {
      byte[] decoded =
          Base64.getDecoder().decode(new String(content, StandardCharsets.ISO_8859_1).strip());
      if (decoded.length == EncryptionKey.SECRET_BYTES) {
        return decoded;
      }
    } catch (IllegalArgumentException notBase64) {
      // Refused below, as is base64 of another length.
    }
    throw failure(
        "%s is no key: it must hold %d random bytes, or their base64."
            .formatted(folder.resolve(name), EncryptionKey.SECRET_BYTES),
        null);
  }

  /**
   * Random bytes are never all printable: one chance in 10^13. A password of 32 letters would be,
   * and would make a weak key.
   */
  private static boolean isText(byte[] content) {
    for (byte one : content) {
      if (one < ' ' || one > '~') {
        return false;
      }
    }
    return true;
  }

  private byte[] read(String name) {
    Path file = folder.resolve(name);
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(FILE_BYTES_MAX + 1);
      if (bytes.length > FILE_BYTES_MAX) {
        throw failure(file + " has more than " + FILE_BYTES_MAX + " bytes.", null);
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw failure("There is no encryption key " + file + ".", e);
    } catch (IOException e) {
      throw failure("Cannot read the encryption key %s: %s.".formatted(file, e.getMessage()), e);
    }
  }

  private static DosqlException failure(String message, @Nullable Throwable cause) {
    return new DosqlException(ErrorCode.STORAGE_ENCRYPTION_MISMATCH, message, cause)
        .withSuggestion(
            "Give the Secret of the archive's encryption every key that the archive was written"
                + " with, and in 'active' the name of the one for new objects.");
  }
}
