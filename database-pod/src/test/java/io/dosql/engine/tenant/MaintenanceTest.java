package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Maintenance that runs by itself. */
class MaintenanceTest {

  @TempDir Path folder;

  /** Lets a round that asks it for space wait, once it is told to. */
  private static final class SlowDisk implements DiskGuard.Space {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answers = new CountDownLatch(1);
    private volatile boolean isSlow;

    @Override
    public long freeBytes() {
      if (isSlow) {
        asked.countDown();
        try {
          answers.await();
        } catch (InterruptedException stop) {
          Thread.currentThread().interrupt();
        }
      }
      return totalBytes();
    }

    @Override
    public long totalBytes() {
      return 1L << 40;
    }
  }

  @Test
  void theEndOfMaintenance_waitsForTheRoundThatRuns() throws Exception {
    SlowDisk disk = new SlowDisk();
    try (TestEngine engine =
        TestEngine.start(folder, TenantLimits.DEFAULT, new DiskGuard(disk, 0))) {
      disk.isSlow = true;
      disk.asked.await();
      Thread stopping = Thread.ofPlatform().start(engine.tenants()::stopMaintenance);
      try {
        await()
            .until(
                () ->
                    Set.of(Thread.State.TIMED_WAITING, Thread.State.TERMINATED)
                        .contains(stopping.getState()));
        assertThat(stopping.isAlive()).describedAs("while a round runs").isTrue();
      } finally {
        disk.answers.countDown();
      }
      stopping.join();
    }
  }
}
