package io.dosql.engine.archive.log;

import io.dosql.engine.archive.store.ObjectContent;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A SHA-256.
 *
 * @param hex 64 lower-case hex digits
 */
public record Sha256(String hex) {

  /** Before the constant below, whose constructor needs it. */
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  /** Stands for no object. */
  public static final Sha256 NONE = new Sha256("0".repeat(64));

  public Sha256 {
    if (!HEX.matcher(hex).matches()) {
      throw new IllegalArgumentException("no SHA-256 in hex: " + hex);
    }
  }

  /** That of some bytes, which are not consumed. */
  public static Sha256 of(ByteBuffer bytes) {
    return of(LogObjectFormat.digest(ObjectContent.newSha256(), bytes));
  }

  static Sha256 of(byte[] digest) {
    return new Sha256(HexFormat.of().formatHex(digest));
  }

  byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public String toString() {
    return hex;
  }
}
