package io.dosql.engine.archive.store;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/** How long a server asks to be left alone. Pure: a date is compared with the server's own. */
final class RetryAfter {

  private RetryAfter() {}

  static Optional<Duration> of(Headers headers) {
    String text = headers.get("Retry-After");
    if (text == null) {
      return Optional.empty();
    }
    try {
      long seconds = Long.parseLong(text.strip());
      return seconds < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
    } catch (NumberFormatException notSeconds) {
      Instant until = time(text);
      Instant now = time(headers.get("Date"));
      return until == null || now == null || until.isBefore(now)
          ? Optional.empty()
          : Optional.of(Duration.between(now, until));
    }
  }

  private static @Nullable Instant time(@Nullable String text) {
    try {
      return text == null
          ? null
          : ZonedDateTime.parse(text.strip(), DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
    } catch (DateTimeException notATime) {
      return null;
    }
  }
}
