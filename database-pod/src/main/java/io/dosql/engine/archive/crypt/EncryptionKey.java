package io.dosql.engine.archive.crypt;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A key under the name that objects know it by. Printing it does not show the secret. */
public final class EncryptionKey {

  /** In bytes: AES-256. */
  public static final int SECRET_BYTES = 32;

  /** In bytes, which are characters here. */
  static final int NAME_LENGTH_MAX = 63;

  private static final Pattern NAME =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0," + (NAME_LENGTH_MAX - 1) + "}");

  private final String name;
  private final byte[] secret;

  /**
   * @throws IllegalArgumentException when the name is not 1 to 63 of {@code A-Z a-z 0-9 . _ -}, the
   *     first a letter or digit, or the secret has not 32 bytes
   */
  public EncryptionKey(String name, byte[] secret) {
    if (!isName(name)) {
      throw new IllegalArgumentException("not the name of an encryption key: \"" + name + "\"");
    }
    if (secret.length != SECRET_BYTES) {
      throw new IllegalArgumentException(
          "the encryption key %s has %d bytes instead of %d"
              .formatted(name, secret.length, SECRET_BYTES));
    }
    this.name = name;
    this.secret = secret.clone();
  }

  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  public String name() {
    return name;
  }

  byte[] secret() {
    return secret.clone();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EncryptionKey key
        && name.equals(key.name)
        && MessageDigest.isEqual(secret, key.secret);
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + Arrays.hashCode(secret);
  }

  @Override
  public String toString() {
    return "EncryptionKey[" + name + "]";
  }
}
