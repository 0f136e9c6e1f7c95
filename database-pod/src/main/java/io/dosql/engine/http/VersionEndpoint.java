package io.dosql.engine.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What libSQL's servers tell of themselves, as its drivers look for it. */
final class VersionEndpoint {

  private static final String TEXT = "text/plain; charset=utf-8";

  private final String version;

  /** {@code version}: of this program. */
  VersionEndpoint(String version) {
    this.version = version;
  }

  /**
   * {@code GET …/version}: a word, a number, and the rest, which is the pattern that the JDBC
   * driver takes apart. The word is the one that drivers know.
   */
  Reply version(Exchange exchange) {
    String number = version.replaceFirst("[^0-9.].*$", "");
    return text("sqld %s (DoSQL %s)".formatted(number, version));
  }

  /** {@code GET …/health}: clients of libSQL ask whether anybody is there. */
  Reply health(Exchange exchange) {
    return text("");
  }

  private static Reply text(String text) {
    return new Reply(200, TEXT, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), Map.of());
  }
}
