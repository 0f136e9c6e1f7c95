package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The right to write, for those who lose it. */
class WriterLeaseTest {

  @TempDir Path folder;

  @Test
  void whoAsksTooLateToBeToldThatItWasTakenAway_isToldAtOnce() throws Exception {
    try (LifeBench bench = new LifeBench(folder);
        Tenant.Use use = bench.use("a");
        WriterLease lease = use.database().writer(LifeBench.LONG, Duration.ofSeconds(1))) {
      AtomicBoolean early = new AtomicBoolean();
      lease.whenTakenAway(() -> early.set(true));
      assertThat(early).describedAs("while it is held").isFalse();
      bench.passAndMaintain(Duration.ofSeconds(2));
      assertThat(early).isTrue();
      AtomicBoolean late = new AtomicBoolean();
      lease.whenTakenAway(() -> late.set(true));
      assertThat(late).isTrue();
    }
  }
}
