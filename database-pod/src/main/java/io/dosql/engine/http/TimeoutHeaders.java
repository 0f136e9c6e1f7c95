package io.dosql.engine.http;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.session.RequestTimeouts;
import io.dosql.engine.session.SessionOptions;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** By these headers a request asks for other times than the usual ones, in milliseconds. */
final class TimeoutHeaders {

  static final String OVERALL = "X-DoSQL-Timeout";
  static final String LOCK = "X-DoSQL-Lock-Timeout";

  private static final int DIGITS_MAX = 9;

  private TimeoutHeaders() {}

  static RequestTimeouts requested(Call call) {
    return requested(call::header);
  }

  /**
   * @param headers gives a header's value by its name, or null
   */
  static RequestTimeouts requested(UnaryOperator<@Nullable String> headers) {
    return new RequestTimeouts(
        duration(headers, OVERALL, SessionOptions.TRANSACTION_TIMEOUT_MAX),
        duration(headers, LOCK, SessionOptions.LOCK_TIMEOUT_MAX));
  }

  /** Refused, rather than cut to the most: a client must not count on what it does not get. */
  private static @Nullable Duration duration(
      UnaryOperator<@Nullable String> headers, String header, Duration most) {
    @Nullable String text = headers.apply(header);
    if (text == null) {
      return null;
    }
    String digits = text.strip();
    boolean isNumber =
        !digits.isEmpty()
            && digits.length() <= DIGITS_MAX
            && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    long millis = isNumber ? Long.parseLong(digits) : 0;
    if (millis < 1 || millis > most.toMillis()) {
      throw new DosqlException(
          ErrorCode.INVALID_REQUEST,
          "The header %s is a number of milliseconds from 1 to %d."
              .formatted(header, most.toMillis()));
    }
    return Duration.ofMillis(millis);
  }
}
