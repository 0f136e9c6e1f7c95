package io.dosql.engine.archiver;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.archive.ArchiveLine;
import io.dosql.engine.archive.log.LogObjectHeader;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.LogPosition;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How far archiving has come, and how it is. Durations are measured by the process's own clock, so
 * that a time of day that jumps makes nothing seem late. Thread safe; a leaf among locks.
 */
final class ArchiveProgress {

  /** Being behind by less is the normal course of things. */
  private static final Duration LAG_TOLERATED = Duration.ofSeconds(10);

  private final ArchiverLimits limits;
  private final MaxLagPolicy policy;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private LogPosition archivedTo;

  @GuardedBy("lock")
  private LogPosition settled;

  /**
   * Since when there is something to archive; null if there is nothing. Invariant: not null if
   * {@link #settled} is behind {@link #archivedTo}.
   */
  @GuardedBy("lock")
  private @Nullable Long behindSince;

  @GuardedBy("lock")
  private long progressAt;

  @GuardedBy("lock")
  private boolean hasStarted;

  @GuardedBy("lock")
  private boolean isFenced;

  @GuardedBy("lock")
  private boolean areWritesStopped;

  @GuardedBy("lock")
  private LineEnd end = LineEnd.none(LogPosition.START);

  @GuardedBy("lock")
  private @Nullable ArchiveLine line;

  @GuardedBy("lock")
  private @Nullable Instant archivedTime;

  @GuardedBy("lock")
  private ArchiveStatus.@Nullable Failure failure;

  @GuardedBy("lock")
  private final Map<ErrorCode, Long> failures = new EnumMap<>(ErrorCode.class);

  @GuardedBy("lock")
  private long objects;

  @GuardedBy("lock")
  private long bytes;

  ArchiveProgress(
      ArchiverLimits limits,
      MaxLagPolicy policy,
      InstantSource clock,
      LongSupplier nanoTime,
      LogPosition oldest,
      LogPosition settled) {
    this.limits = limits;
    this.policy = policy;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.archivedTo = oldest;
    this.settled = oldest;
    this.progressAt = nanoTime.getAsLong();
    settled(settled);
  }

  /** More of the log is durable. */
  void settled(LogPosition position) {
    lock.lock();
    try {
      settled = max(settled, position);
      noteIfBehind();
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private void noteIfBehind() {
    if (behindSince == null && settled.compareTo(archivedTo) > 0) {
      long now = nanoTime.getAsLong();
      behindSince = now;
      progressAt = now;
    }
  }

  /**
   * Nothing is known of the archive any more, as after a start.
   *
   * @param oldest where the log begins that is kept: another line begins there, or the same goes on
   *     behind
   */
  void startAgain(LogPosition oldest) {
    lock.lock();
    try {
      hasStarted = false;
      line = null;
      archivedTime = null;
      archivedTo = oldest;
      noteIfBehind();
    } finally {
      lock.unlock();
    }
  }

  /** The line was claimed. */
  void claimed(LineEnd claimed, Optional<ArchiveLine> document, Optional<Instant> newestTime) {
    lock.lock();
    try {
      hasStarted = true;
      end = claimed;
      line = document.orElse(null);
      archivedTime = newestTime.orElse(null);
      progressAt = nanoTime.getAsLong();
    } finally {
      lock.unlock();
    }
  }

  /** Parts of that time are still to be archived, which settled before this process watched. */
  void foundOlder(Instant time) {
    lock.lock();
    try {
      Duration age = Duration.between(time, clock.instant());
      if (behindSince != null && !age.isNegative()) {
        behindSince = Math.min(behindSince, nanoTime.getAsLong() - age.toNanos());
      }
    } finally {
      lock.unlock();
    }
  }

  /** An object was stored. */
  void stored(LineEnd newEnd, LogObjectHeader header) {
    lock.lock();
    try {
      end = newEnd;
      objects++;
      bytes += header.sizeBytes();
      if (header.commits() > 0) {
        archivedTime = header.lastTime();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Everything before a position is archived, or is recorded as a gap.
   *
   * @param cutAt by {@code nanoTime}: what is behind the position settled after that
   */
  void archived(LogPosition position, long cutAt) {
    lock.lock();
    try {
      archivedTo = max(archivedTo, position);
      progressAt = nanoTime.getAsLong();
      if (settled.compareTo(archivedTo) <= 0) {
        behindSince = null;
      } else if (behindSince != null) {
        behindSince = Math.max(behindSince, cutAt);
      }
    } finally {
      lock.unlock();
    }
  }

  private static LogPosition max(LogPosition one, LogPosition other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  /** A try came to its end. */
  void succeeded() {
    lock.lock();
    try {
      failure = null;
    } finally {
      lock.unlock();
    }
  }

  void failed(DosqlException reason) {
    lock.lock();
    try {
      failure = ArchiveStatus.Failure.of(reason, clock.instant());
      long _ = failures.merge(reason.code(), 1L, Long::sum);
    } finally {
      lock.unlock();
    }
  }

  /** Tries that failed so far. */
  long failures() {
    lock.lock();
    try {
      return failures.values().stream().mapToLong(Long::longValue).sum();
    } finally {
      lock.unlock();
    }
  }

  void fenced(DosqlException reason) {
    failed(reason);
    lock.lock();
    try {
      isFenced = true;
    } finally {
      lock.unlock();
    }
  }

  void setWritesStopped(boolean stopped) {
    lock.lock();
    try {
      areWritesStopped = stopped;
    } finally {
      lock.unlock();
    }
  }

  LogPosition archivedTo() {
    lock.lock();
    try {
      return archivedTo;
    } finally {
      lock.unlock();
    }
  }

  long objects() {
    lock.lock();
    try {
      return objects;
    } finally {
      lock.unlock();
    }
  }

  long gaps() {
    lock.lock();
    try {
      return end.gaps();
    } finally {
      lock.unlock();
    }
  }

  /** What is told. */
  ArchiveStatus status(String currentLine) {
    lock.lock();
    try {
      Duration lag = lag();
      return new ArchiveStatus(
          state(lag),
          currentLine,
          hasStarted ? end.epoch() : 0,
          lag,
          settled.bytes() - archivedTo.bytes() > 0 ? settled.bytes() - archivedTo.bytes() : 0,
          Optional.ofNullable(archivedTime),
          Optional.ofNullable(failure),
          policy,
          end.gaps(),
          end.lastGap(),
          Optional.ofNullable(line).map(ArchiveLine::begunAt),
          newLine(),
          objects,
          bytes,
          failures);
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private Duration lag() {
    return behindSince == null
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, nanoTime.getAsLong() - behindSince));
  }

  @GuardedBy("lock")
  private Optional<ArchiveLine> newLine() {
    return Optional.ofNullable(line).filter(document -> !document.reason().isOfNewDirectory());
  }

  @GuardedBy("lock")
  private ArchiveState state(Duration lag) {
    if (isFenced) {
      return ArchiveState.FENCED;
    }
    if (areWritesStopped) {
      return ArchiveState.WRITES_STOPPED;
    }
    boolean isIdle = hasStarted && behindSince == null;
    long sinceProgress = nanoTime.getAsLong() - progressAt;
    if (!isIdle && sinceProgress > limits.stalledAfter().toNanos()) {
      return ArchiveState.STALLED;
    }
    if (failure != null) {
      return ArchiveState.FAILING;
    }
    if (!hasStarted) {
      return ArchiveState.STARTING;
    }
    return lag.compareTo(LAG_TOLERATED.plus(limits.interval().multipliedBy(2))) > 0
        ? ArchiveState.LAGGING
        : ArchiveState.OK;
  }
}
