package io.dosql.engine.archive;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Keeps apart those who make references to snapshots from the one who deletes what nobody refers
 * to.
 *
 * <p>Invariant: between the moment at which a snapshot is found or stored and the moment at which
 * its manifest is stored, nothing is pruned. It suffices that this holds inside one process,
 * because one pod at a time writes under a prefix. Fair, so that a backup of many tenants does not
 * starve the pruning.
 */
final class ReferenceLock {

  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);
  private final Duration waitMax;

  ReferenceLock(Duration waitMax) {
    this.waitMax = waitMax;
  }

  /** For one reference, from looking for the snapshot to its manifest; any number at once. */
  <T> T whileReferring(Supplier<T> work) {
    return holding(lock.readLock(), work, "a pruning of backups");
  }

  /** For deleting snapshots, and for what must not run beside that. */
  <T> T whileAlone(Supplier<T> work) {
    return holding(lock.writeLock(), work, "a backup");
  }

  /** The same, if nobody is in the way; else empty. */
  <T> Optional<T> tryAlone(Supplier<T> work) {
    Lock held = lock.writeLock();
    if (!held.tryLock()) {
      return Optional.empty();
    }
    try {
      return Optional.of(work.get());
    } finally {
      held.unlock();
    }
  }

  private <T> T holding(Lock held, Supplier<T> work, String other) {
    try {
      if (!held.tryLock(waitMax.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new DosqlException(
            ErrorCode.STORAGE_CONFLICT,
            "Waited %d s for %s to end.".formatted(waitMax.toSeconds(), other));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DosqlException(
          ErrorCode.STORAGE_CONFLICT, "Interrupted while waiting for " + other + " to end.", e);
    }
    try {
      return work.get();
    } finally {
      held.unlock();
    }
  }
}
