package io.dosql.engine.archive.ltx;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * SHA-256 over the pages of a database, to tell whether two snapshots of the same LSN hold the
 * same.
 *
 * <p>Left out are the header fields that a mere copy of the same state may change: the versions of
 * the format for writing and reading, which tell of the journal (bytes 18 and 19), the change
 * counter (24 to 27), the schema cookie, which SQLite's backup API counts up (40 to 43), the
 * version-valid-for number and SQLite's version (92 to 99).
 */
final class DatabaseDigest {

  private DatabaseDigest() {}

  static MessageDigest start() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform must have SHA-256", e);
    }
  }

  static void add(MessageDigest digest, long page, byte[] image) {
    if (page == 1) {
      byte[] stable = image.clone();
      blank(stable);
      digest.update(stable, 0, stable.length);
    } else {
      digest.update(image, 0, image.length);
    }
  }

  /** Zeros what is left out, in the image of page 1. */
  static void blank(byte[] image) {
    Arrays.fill(image, 18, 20, (byte) 0);
    Arrays.fill(image, 24, 28, (byte) 0);
    Arrays.fill(image, 40, 44, (byte) 0);
    Arrays.fill(image, 92, 100, (byte) 0);
  }

  static String finish(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }
}
