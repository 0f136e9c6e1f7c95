package io.dosql.operator.step;

import io.dosql.operator.pod.EngineError;
import io.dosql.operator.status.Times;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How long an operation that fails for a cause that may pass is tried again; pure. */
public final class Patience {

  /** Counted from the first start. */
  static final Duration TRIED_MAX = Duration.ofHours(1);

  private Patience() {}

  /** Whether the error may pass: the store's trouble, or what the engine calls retryable. */
  public static boolean mayPass(EngineError error) {
    boolean taken = error.code().equals(EngineError.CONFLICT_CODE);
    return !taken && (error.retryable() || error.isStoreTrouble());
  }

  /**
   * @param startTime of the first attempt, from the status
   */
  public static boolean isLeft(@Nullable String startTime, Instant now) {
    Instant start = Times.parse(startTime).orElse(now);
    return now.isBefore(start.plus(TRIED_MAX));
  }
}
