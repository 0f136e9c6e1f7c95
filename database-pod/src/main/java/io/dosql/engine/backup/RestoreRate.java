package io.dosql.engine.backup;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * How quickly restores from one store go, as far as this process has seen, for estimates of the
 * next one. Any number of threads.
 *
 * <p>A tenant takes a time for itself, whatever its size (requests, fsyncs), and a time for each
 * byte that is read from the store or saved to it before. The first is measured with small tenants,
 * the second with large ones: with those between them neither could be told from the other. The
 * latest restore counts as much as all before it. Until there was one, defaults count that are
 * meant to be too slow rather than too quick.
 */
public final class RestoreRate {

  /** Bytes a second, before a large tenant was restored. */
  static final long DEFAULT_RESTORE_RATE = 50_000_000;

  /** Of each tenant, before a small one was restored. */
  static final Duration DEFAULT_TENANT_TIME = Duration.ofMillis(200);

  /** With at most so many bytes a tenant is small. */
  static final long SMALL_BYTES_MAX = 1L << 20;

  /** From so many bytes on a tenant is large. */
  static final long LARGE_BYTES_MIN = 16L << 20;

  private static final double NANOS = 1e9;

  private final LongSupplier nanoTime;
  private final AtomicReference<Seen> seen =
      new AtomicReference<>(new Seen(OptionalDouble.empty(), OptionalDouble.empty()));

  private record Seen(OptionalDouble secondsPerByte, OptionalDouble secondsPerTenant) {}

  /** {@code nanoTime}: as {@link System#nanoTime}. */
  public RestoreRate(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Time that passes. */
  final class Stopwatch {
    private final long begun = nanoTime.getAsLong();

    Duration elapsed() {
      return Duration.ofNanos(nanoTime.getAsLong() - begun);
    }
  }

  Stopwatch start() {
    return new Stopwatch();
  }

  /**
   * A tenant was restored.
   *
   * @param bytes read from the store, and of the state that was saved before
   */
  void restored(long bytes, Duration took) {
    double seconds = took.toNanos() / NANOS;
    if (bytes <= SMALL_BYTES_MAX) {
      Seen _ =
          seen.updateAndGet(
              before -> new Seen(before.secondsPerByte, average(before.secondsPerTenant, seconds)));
    } else if (bytes >= LARGE_BYTES_MIN) {
      Seen _ =
          seen.updateAndGet(
              before ->
                  new Seen(
                      average(before.secondsPerByte, seconds / bytes), before.secondsPerTenant));
    }
  }

  private static OptionalDouble average(OptionalDouble before, double latest) {
    return OptionalDouble.of((before.orElse(latest) + latest) / 2);
  }

  /**
   * How long it would take to restore some tenants, one after the other.
   *
   * @param bytes of each, as in {@link #restored}
   */
  Duration estimate(List<Long> bytes) {
    Seen now = Objects.requireNonNull(seen.get());
    double perTenant = now.secondsPerTenant.orElse(DEFAULT_TENANT_TIME.toNanos() / NANOS);
    double perByte = now.secondsPerByte.orElse(1.0 / DEFAULT_RESTORE_RATE);
    double all = bytes.stream().mapToDouble(Long::doubleValue).sum();
    return Duration.ofNanos((long) ((bytes.size() * perTenant + all * perByte) * NANOS));
  }
}
