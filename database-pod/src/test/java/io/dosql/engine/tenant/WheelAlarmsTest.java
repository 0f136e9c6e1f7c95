package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Alarms by Netty's wheel. */
class WheelAlarmsTest {

  @Test
  void anInterrupt_endsTheFirstWaitAsAnyOther() {
    try (WheelAlarms alarms = new WheelAlarms()) {
      for (int wait = 0; wait < 2; wait++) {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        Thread.currentThread().interrupt();
        assertThatThrownBy(
                () ->
                    alarms.await(
                        outcome, Duration.ofSeconds(30), () -> outcome.complete("too late")))
            .isInstanceOf(InterruptedException.class);
      }
    } finally {
      assertThat(Thread.interrupted()).isFalse();
    }
  }
}
