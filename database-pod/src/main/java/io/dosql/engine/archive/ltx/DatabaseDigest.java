package io.dosql.engine.archive.ltx;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 over the pages of a database, to tell whether two snapshots of the same LSN hold the
 * same.
 *
 * <p>Left out are the header fields that a mere copy of the same state may change: the change
 * counter (bytes 24 to 27), the version-valid-for number and SQLite's version (bytes 92 to 99).
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
      digest.update(image, 0, 24);
      digest.update(image, 28, 92 - 28);
      digest.update(image, 100, image.length - 100);
    } else {
      digest.update(image, 0, image.length);
    }
  }

  static String finish(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }
}
