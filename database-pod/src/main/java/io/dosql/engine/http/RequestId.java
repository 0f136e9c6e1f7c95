package io.dosql.engine.http;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of one request in logs and errors: the client's own if it is harmless, else a new one.
 */
final class RequestId {

  static final String HEADER = "X-Request-Id";

  private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private RequestId() {}

  static String of(@Nullable String fromClient) {
    if (fromClient != null && HARMLESS.matcher(fromClient).matches()) {
      return fromClient;
    }
    // Unique enough to find a request in a log; nobody's safety depends on it.
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }
}
