package io.dosql.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.auth.RateDecision.Granted;
import io.dosql.engine.auth.RateDecision.Refused;
import io.dosql.engine.auth.RateDecision.Unlimited;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How often tokens, tenants and the pod may ask. */
class RateLimiterTest {

  private final SetClock clock = new SetClock();

  private RateLimiter limiter(long token, long tenant, long pod) {
    return new RateLimiter(RateLimits.perSecond(token, tenant, pod), clock::nanoTime);
  }

  private static Principal token(String id) {
    return new Principal(id, List.of(Grant.onAll(Role.RW)));
  }

  private static int granted(RateLimiter limiter, Principal principal, String tenant, int tries) {
    return (int)
        IntStream.range(0, tries)
            .filter(i -> limiter.take(principal, tenant) instanceof Granted)
            .count();
  }

  @Test
  void withoutRates_nothingIsLimited() {
    assertThat(limiter(0, 0, 0).take(token("a"), "t")).isInstanceOf(Unlimited.class);
  }

  @Test
  void tokensBucket_emptiesAndFillsAtItsRate() {
    RateLimiter limiter = limiter(10, 0, 0);
    assertThat(limiter.take(token("a"), "t"))
        .isEqualTo(new Granted(20, 19, Duration.ofMillis(100)));
    assertThat(granted(limiter, token("a"), "t", 100)).isEqualTo(19);
    assertThat(granted(limiter, token("b"), "t", 100)).isEqualTo(20);
    clock.advance(Duration.ofMillis(99));
    assertThat(limiter.take(token("a"), "t"))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.retryAfter()).isEqualTo(Duration.ofMillis(1));
              assertThat(refused.error().code()).isEqualTo(ErrorCode.RATE_LIMITED);
              assertThat(refused.error().getMessage()).contains("this token");
            });
    clock.advance(Duration.ofMillis(1));
    assertThat(granted(limiter, token("a"), "t", 5)).isEqualTo(1);
    clock.advance(Duration.ofMinutes(1));
    assertThat(granted(limiter, token("a"), "t", 100)).isEqualTo(20);
  }

  @Test
  void tenantAndPod_areBoundedWhateverTheTokens() {
    RateLimiter limiter = limiter(0, 5, 8);
    int ofFirst = 0;
    for (int i = 0; i < 50; i++) {
      ofFirst += granted(limiter, token("t" + i), "first", 1);
    }
    assertThat(ofFirst).isEqualTo(10);
    assertThat(granted(limiter, token("x"), "second", 50)).isEqualTo(6);
    assertThat(limiter.take(token("x"), "third"))
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> assertThat(refused.scope()).isEqualTo(RateDecision.Scope.POD));
  }

  @Test
  void ofSeveralRates_theTightestIsTold() {
    assertThat(limiter(100, 3, 50).take(token("a"), "t"))
        .isInstanceOfSatisfying(
            Granted.class,
            granted -> {
              assertThat(granted.limit()).isEqualTo(6);
              assertThat(granted.remaining()).isEqualTo(5);
            });
  }

  @Test
  void manyThreads_getNoMoreThanThereIs() throws Exception {
    RateLimiter limiter = limiter(500, 0, 0);
    AtomicInteger all = new AtomicInteger();
    try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 8; i++) {
        clients.execute(() -> all.addAndGet(granted(limiter, token("a"), "t", 1_000)));
      }
    }
    assertThat(all.get()).isEqualTo(1_000);
  }
}
