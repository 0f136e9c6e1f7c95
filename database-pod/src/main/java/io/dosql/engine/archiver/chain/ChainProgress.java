package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.chain.ChainLevel;
import io.dosql.engine.log.LogPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What is told of building chains. Thread safe; a leaf among locks. */
final class ChainProgress {

  // All guarded by this.
  private final Map<ChainLevel, Long> files = new EnumMap<>(ChainLevel.class);
  private LogPosition chainedTo;
  private @Nullable Instant oldestUnchained;
  private int tenantsInDebt;
  private boolean isCatchingUp;
  private long gaps;
  private @Nullable ChainFailure failure;
  private RetentionStatus retention;

  ChainProgress(LogPosition chainedTo, Duration window) {
    this.retention = RetentionStatus.of(window);
    this.chainedTo = chainedTo;
    for (ChainLevel level : ChainLevel.values()) {
      files.put(level, 0L);
    }
  }

  synchronized void written(ChainLevel level) {
    long _ = files.merge(level, 1L, Long::sum);
  }

  synchronized void chainedTo(LogPosition position, int debts, boolean catchingUp) {
    if (position.compareTo(chainedTo) > 0) {
      chainedTo = position;
    }
    tenantsInDebt = debts;
    isCatchingUp = catchingUp;
  }

  synchronized LogPosition chainedTo() {
    return chainedTo;
  }

  synchronized void oldestUnchained(@Nullable Instant time) {
    oldestUnchained = time;
  }

  synchronized void gap() {
    gaps++;
  }

  synchronized void failed(ChainFailure latest) {
    failure = latest;
  }

  /** What failed for this tenant, or for all if null, works again. */
  synchronized void succeeded(@Nullable String tenant) {
    if (failure != null && Objects.equals(failure.tenant(), tenant)) {
      failure = null;
    }
  }

  synchronized void retention(UnaryOperator<RetentionStatus> change) {
    retention = change.apply(retention);
  }

  synchronized ChainStatus status() {
    return new ChainStatus(
        chainedTo,
        Optional.ofNullable(oldestUnchained),
        tenantsInDebt,
        isCatchingUp,
        gaps,
        files,
        Optional.ofNullable(failure),
        retention);
  }
}
