package io.dosql.engine.main;

import io.dosql.engine.tenant.Tenants;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every second how much memory the process has, and past {@link MemoryBudget#SHED_PERCENT} of
 * its limit gives back what only makes things quicker: cached statements and pages of tenants, and
 * the least recently used of those that idle sleep. What SQLite frees the C library gives back to
 * the kernel within seconds, by a JVM option of the image.
 */
final class MemoryGuard implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(MemoryGuard.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration WARN_AGAIN = Duration.ofMinutes(1);
  private static final long MIB = 1 << 20;

  /** A quarter of those awake sleeps at a time. */
  private static final int SLEEPERS_SHARE = 4;

  private final MemoryBudget budget;
  private final Supplier<OptionalLong> usedBytes;
  private final Tenants tenants;
  private final LongSupplier nanoTime;
  private final AtomicLong sheds = new AtomicLong();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("memory-guard").daemon().factory());

  // On the timer's thread only.
  private boolean hasWarned;
  private long warnedNanos;

  MemoryGuard(
      MemoryBudget budget,
      Supplier<OptionalLong> usedBytes,
      Tenants tenants,
      LongSupplier nanoTime) {
    this.budget = budget;
    this.usedBytes = usedBytes;
    this.tenants = tenants;
    this.nanoTime = nanoTime;
  }

  void start() {
    var _ =
        timer.scheduleWithFixedDelay(
            this::round, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** How often memory was shed since the start. */
  long sheds() {
    return sheds.get();
  }

  private void round() {
    try {
      look();
    } catch (Throwable failure) {
      // Also an error of the JVM: the timer would never run again.
      LOG.error("a look at the process's memory failed", failure);
    }
  }

  /** One look, and what follows from it. */
  void look() {
    OptionalLong used = usedBytes.get();
    if (used.isEmpty() || used.getAsLong() < budget.shedBytes()) {
      return;
    }
    sheds.incrementAndGet();
    warn(used.getAsLong());
    // Awaited, so that a slow disk does not let one round's work pile up on the next one's.
    tenants.shed(tenants.awake() / SLEEPERS_SHARE).handle((done, failure) -> done).join();
  }

  private void warn(long used) {
    long now = nanoTime.getAsLong();
    if (!hasWarned || now - warnedNanos > WARN_AGAIN.toNanos()) {
      hasWarned = true;
      warnedNanos = now;
      LOG.warn(
          "The process has {} MiB of memory of the {} MiB that it may have; caches are dropped and"
              + " idle tenants sleep. If this goes on, raise spec.resources.limits.memory",
          used / MIB,
          budget.limitBytes() / MIB);
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
