package io.dosql.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RestoreRateTest {

  private static final long LARGE = 100_000_000;

  private final AtomicLong nanos = new AtomicLong(-5);
  private final RestoreRate rate = new RestoreRate(nanos::get);

  @Test
  void beforeAnyRestore_theDefaultsCount() {
    assertThat(rate.estimate(List.of())).isZero();
    assertThat(rate.estimate(List.of(0L, 0L)))
        .isEqualTo(RestoreRate.DEFAULT_TENANT_TIME.multipliedBy(2));
    assertThat(rate.estimate(List.of(RestoreRate.DEFAULT_RESTORE_RATE * 60)))
        .isEqualTo(Duration.ofSeconds(60).plus(RestoreRate.DEFAULT_TENANT_TIME));
  }

  @Test
  void largeTenants_sayHowQuicklyBytesGo() {
    rate.restored(LARGE, Duration.ofSeconds(10));
    assertThat(rate.estimate(List.of(2 * LARGE)))
        .isEqualTo(Duration.ofSeconds(20).plus(RestoreRate.DEFAULT_TENANT_TIME));
  }

  @Test
  void smallTenants_sayWhatATenantTakes_andNothingOfBytes() {
    rate.restored(4096, Duration.ofSeconds(3));
    assertThat(rate.estimate(List.of(RestoreRate.DEFAULT_RESTORE_RATE, 0L)))
        .isEqualTo(Duration.ofSeconds(1 + 2 * 3));
  }

  @Test
  void tenantsBetweenSmallAndLarge_sayNothing() {
    rate.restored(RestoreRate.SMALL_BYTES_MAX + 1, Duration.ofHours(1));
    rate.restored(RestoreRate.LARGE_BYTES_MIN - 1, Duration.ofHours(1));
    assertThat(rate.estimate(List.of(0L))).isEqualTo(RestoreRate.DEFAULT_TENANT_TIME);
  }

  @Test
  void latestRestore_countsAsMuchAsAllBefore() {
    rate.restored(LARGE, Duration.ofSeconds(10));
    rate.restored(LARGE, Duration.ofSeconds(20));
    rate.restored(LARGE, Duration.ofSeconds(25));
    assertThat(rate.estimate(List.of(LARGE)))
        .isEqualTo(Duration.ofSeconds(20).plus(RestoreRate.DEFAULT_TENANT_TIME));
  }

  @Test
  void stopwatch_tellsWhatPassed() {
    RestoreRate.Stopwatch stopwatch = rate.start();
    nanos.addAndGet(1_500);
    assertThat(stopwatch.elapsed()).isEqualTo(Duration.ofNanos(1_500));
  }
}
