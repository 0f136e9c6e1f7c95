package io.dosql.engine.archive.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;

class RetryAfterTest {

  private static final String NOW = "Tue, 24 Nov 2026 02:00:00 GMT";

  @Test
  void secondsAreTakenAsTheyAre() {
    assertThat(RetryAfter.of(Headers.of("Retry-After", " 120 "))).hasValue(Duration.ofMinutes(2));
    assertThat(RetryAfter.of(Headers.of("Retry-After", "0"))).hasValue(Duration.ZERO);
  }

  @Test
  void aDateCountsFromTheServersOwn() {
    assertThat(
            RetryAfter.of(Headers.of("Date", NOW, "Retry-After", "Tue, 24 Nov 2026 02:00:30 GMT")))
        .hasValue(Duration.ofSeconds(30));
  }

  @Test
  void whatTellsNoPauseIsPassedOver() {
    for (Headers headers :
        new Headers[] {
          Headers.of(),
          Headers.of("Retry-After", "-5"),
          Headers.of("Retry-After", "soon"),
          Headers.of("Retry-After", NOW),
          Headers.of("Date", "today", "Retry-After", NOW),
          Headers.of("Date", NOW, "Retry-After", "Tue, 24 Nov 2026 01:59:59 GMT")
        }) {
      assertThat(RetryAfter.of(headers)).isEmpty();
    }
  }
}
