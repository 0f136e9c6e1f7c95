package io.dosql.engine.tenant;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The places for tenants that are awake, of which there are {@link TenantLimits#maxAwake}. Who
 * finds none puts the least recently used idle tenant to sleep; where all are in use, he waits a
 * bounded time. Thread safe. Its lock is a leaf: no tenant's lock is taken under it.
 */
final class AwakeTenants {

  private static final Logger LOG = LoggerFactory.getLogger(AwakeTenants.class);

  private final int awakeMax;
  private final Duration waitMax;
  private final TenantCensus census;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  @GuardedBy("lock")
  private final Set<Place> taken = new LinkedHashSet<>();

  /** Those that somebody is putting to sleep already. */
  @GuardedBy("lock")
  private final Set<Tenant> leaving = new HashSet<>();

  /** Counts what may have made a place free, or a tenant idle, while somebody waited. */
  @GuardedBy("lock")
  private long changes;

  private final AtomicInteger waiting = new AtomicInteger();

  AwakeTenants(int awakeMax, Duration waitMax, TenantCensus census) {
    this.awakeMax = awakeMax;
    this.waitMax = waitMax;
    this.census = census;
  }

  /** A tenant's place, until it is given back. */
  final class Place {
    private final Tenant tenant;

    private Place(Tenant tenant) {
      this.tenant = tenant;
    }

    /** Idempotent. */
    void giveBack() {
      lock.lock();
      try {
        taken.remove(this);
        change();
      } finally {
        lock.unlock();
      }
    }
  }

  /** A place that is free now; null if there is none. */
  @Nullable Place takeFree(Tenant tenant) {
    lock.lock();
    try {
      if (taken.size() >= awakeMax) {
        return null;
      }
      Place place = new Place(tenant);
      taken.add(place);
      return place;
    } finally {
      lock.unlock();
    }
  }

  /** A place, made free if need be; RESOURCE_EXHAUSTED when none becomes free in time. */
  Place take(Tenant tenant) throws InterruptedException {
    long deadline = System.nanoTime() + waitMax.toNanos();
    // Before anything is looked at, so that no change after that is missed.
    int _ = waiting.incrementAndGet();
    try {
      while (true) {
        long seen = changes();
        Place place = takeFree(tenant);
        if (place != null) {
          return place;
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          throw exhausted();
        }
        Optional<Tenant> victim = chooseVictim();
        if (victim.isPresent()) {
          evict(victim.get(), left);
        } else {
          awaitChange(seen, left);
        }
      }
    } finally {
      int _ = waiting.decrementAndGet();
    }
  }

  private long changes() {
    lock.lock();
    try {
      return changes;
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void change() {
    changes++;
    changed.signalAll();
  }

  private void awaitChange(long seen, long leftNanos) throws InterruptedException {
    long left = leftNanos;
    lock.lock();
    try {
      while (changes == seen && left > 0) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** The least recently used of those that nobody uses. */
  private Optional<Tenant> chooseVictim() {
    // Asks the tenants, so not under the lock.
    List<Tenant> idle =
        tenants().stream()
            .filter(Tenant::mayBeEvicted)
            .sorted(Comparator.comparingLong(Tenant::lastUsedNanos))
            .toList();
    lock.lock();
    try {
      for (Tenant candidate : idle) {
        if (leaving.add(candidate)) {
          return Optional.of(candidate);
        }
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private void evict(Tenant victim, long leftNanos) throws InterruptedException {
    try {
      CompletableFuture<Boolean> asleep = victim.sleep();
      if (asleep.get(leftNanos, TimeUnit.NANOSECONDS)) {
        census.evictions.increment();
      }
    } catch (ExecutionException failure) {
      LOG.warn("tenant {} could not be put to sleep for another one", victim.name(), failure);
    } catch (TimeoutException slow) {
      LOG.warn("tenant {} takes long to fall asleep", victim.name());
    } finally {
      lock.lock();
      try {
        leaving.remove(victim);
        change();
      } finally {
        lock.unlock();
      }
    }
  }

  /** From a tenant that nobody uses any more. */
  void becameIdle() {
    if (waiting.get() > 0) {
      lock.lock();
      try {
        change();
      } finally {
        lock.unlock();
      }
    }
  }

  private DosqlException exhausted() {
    return new DosqlException(
            ErrorCode.RESOURCE_EXHAUSTED,
            "%d tenants are awake and in use, the limit maxAwake; none became idle within %d ms"
                .formatted(awakeMax, waitMax.toMillis()))
        .withSuggestion("Try again; raise spec.tenants.maxAwake of the database, or unpin tenants.")
        .withRetryAfter(Duration.ofSeconds(1));
  }

  /** Those that are awake, waking or falling asleep now. */
  List<Tenant> tenants() {
    lock.lock();
    try {
      return taken.stream().map(place -> place.tenant).distinct().toList();
    } finally {
      lock.unlock();
    }
  }
}
