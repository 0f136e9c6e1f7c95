package io.dosql.operator.step;

import io.dosql.operator.pod.OperationRequest;
import io.dosql.operator.status.EventNote;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What follows from one look.
 *
 * @param status is written before anything is started, so that whoever comes after a crash knows
 *     the operation's id
 * @param start the operation to ask for
 * @param requeue when to look again; empty when there is nothing to wait for
 */
public record Step<S>(
    S status, List<EventNote> events, Optional<Start> start, Optional<Duration> requeue) {

  /** While an operation runs. */
  public static final Duration POLL = Duration.ofSeconds(1);

  /** While the engine cannot be reached, or another of its operations has to end first. */
  public static final Duration RECONNECT = Duration.ofSeconds(5);

  /** Before another attempt of an operation that failed for a cause that may pass. */
  public static final Duration RETRY = Duration.ofSeconds(15);

  /** While waiting for another resource; a change of the database wakes at once. */
  public static final Duration WAIT = Duration.ofSeconds(10);

  /** The request for an operation. */
  public record Start(String id, OperationRequest request) {}

  public static <S> Step<S> end(S status, EventNote... events) {
    return new Step<>(status, List.of(events), Optional.empty(), Optional.empty());
  }

  public static <S> Step<S> lookAgain(S status, Duration requeue, EventNote... events) {
    return new Step<>(status, List.of(events), Optional.empty(), Optional.of(requeue));
  }

  public static <S> Step<S> start(S status, Start start, EventNote... events) {
    return new Step<>(status, List.of(events), Optional.of(start), Optional.of(POLL));
  }
}
