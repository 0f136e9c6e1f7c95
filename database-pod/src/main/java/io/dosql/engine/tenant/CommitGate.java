package io.dosql.engine.tenant;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.LogPosition;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The output gate of one tenant: what an answer must wait for. SQLite lets readers see a commit a
 * moment before it is in the log, so the writer marks an LSN as attempted from SQLite's commit
 * hook, which runs before any reader can see it; an answer that read while an attempt was open
 * waits for the attempt's end, and then for the log.
 *
 * <p>Written on the tenant's strand only; read by any thread.
 */
final class CommitGate {

  /** The newest commit that is in the log, and the log position that makes it durable. */
  record Commit(long lsn, LogPosition position) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private volatile Commit last;
  // Invariant: attempted is last.lsn or last.lsn + 1.
  private volatile long attempted;

  @GuardedBy("lock")
  private @Nullable Throwable failure;

  CommitGate(Commit last) {
    this.last = last;
    this.attempted = last.lsn();
  }

  Commit last() {
    return last;
  }

  /** From the commit hook: the next commit is about to become visible. */
  void attempt() {
    attempted = last.lsn() + 1;
  }

  boolean isAttempting() {
    return attempted != last.lsn();
  }

  /** The attempt is in the log. */
  void appended(Commit commit) {
    end(commit);
  }

  /** The attempt came to nothing: SQLite did not commit. */
  void abandoned() {
    end(last);
  }

  private void end(Commit commit) {
    lock.lock();
    try {
      last = commit;
      attempted = commit.lsn();
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The attempt stays open for ever: it is in SQLite, and will never be in the log. */
  void fail(Throwable cause) {
    lock.lock();
    try {
      failure = cause;
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** After a read: the newest LSN that it could have seen. */
  long newestVisible() {
    return attempted;
  }

  /**
   * The log position up to which the log must be settled before an answer may leave that could have
   * seen {@code lsn}.
   *
   * <p>Fails with TIMEOUT when the attempt did not end within the time, and with TXN_ABORTED when
   * it will never be in the log.
   */
  LogPosition positionOf(long lsn, Duration timeout) {
    Commit commit = last;
    if (commit.lsn() >= lsn) {
      return commit.position();
    }
    long left = timeout.toNanos();
    lock.lock();
    try {
      while (failure == null && attempted >= lsn && last.lsn() < lsn) {
        if (left <= 0) {
          throw new DosqlException(
              ErrorCode.TIMEOUT,
              "a commit that was read took longer than %d ms".formatted(timeout.toMillis()));
        }
        left = ended.awaitNanos(left);
      }
      if (failure != null && last.lsn() < lsn) {
        throw new DosqlException(
            ErrorCode.TXN_ABORTED, "a commit that was read did not become durable", failure);
      }
      return last.position();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new DosqlException(
          ErrorCode.CONNECTION_ERROR, "interrupted while waiting for a commit", stop);
    } finally {
      lock.unlock();
    }
  }
}
