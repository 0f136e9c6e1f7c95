package io.dosql.operator.step;

import io.dosql.operator.pod.EngineError;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.Reply;
import java.net.HttpURLConnection;

/** What is known of an operation; pure. */
public sealed interface OperationView {

  /** The pod does not know it: it was never asked for, or the pod restarted. Ask (again). */
  record Unknown() implements OperationView {}

  record Running(Operation.Progress progress) implements OperationView {}

  record Succeeded(Operation operation) implements OperationView {}

  /**
   * It ended without success, or was refused.
   *
   * @param operation what it had come to; one without progress if it was refused
   */
  record Failed(EngineError error, Operation operation) implements OperationView {}

  /** Nothing is known now; the message says why. Look again. */
  record Unreachable(String message) implements OperationView {}

  /** What the answer to a look at an operation says. */
  static OperationView of(Reply<Operation> reply) {
    return switch (reply) {
      case Reply.Refused<Operation> refused
          when refused.httpStatus() == HttpURLConnection.HTTP_NOT_FOUND ->
          new Unknown();
      default -> ofStart(reply);
    };
  }

  /**
   * What the answer to the request for an operation says; a 404 is about what the request names.
   */
  static OperationView ofStart(Reply<Operation> reply) {
    return switch (reply) {
      case Reply.Ok<Operation> ok -> of(ok.value());
      case Reply.Refused<Operation> refused -> of(refused);
      case Reply.Unavailable<Operation> unavailable -> new Unreachable(unavailable.message());
    };
  }

  private static OperationView of(Operation operation) {
    return switch (operation.state()) {
      case RUNNING -> new Running(operation.progress());
      case SUCCEEDED -> new Succeeded(operation);
      case FAILED -> new Failed(operation.failure(), operation);
    };
  }

  private static OperationView of(Reply.Refused<Operation> refused) {
    EngineError error = refused.error();
    return switch (refused.httpStatus()) {
      // A stale token heals; an id that is known with another body is found by the next look.
      case HttpURLConnection.HTTP_UNAUTHORIZED,
          HttpURLConnection.HTTP_FORBIDDEN,
          HttpURLConnection.HTTP_CONFLICT ->
          new Unreachable("the engine refuses: " + error.explanation());
      default ->
          error.retryable() || refused.httpStatus() >= HttpURLConnection.HTTP_INTERNAL_ERROR
              ? new Unreachable("the engine asks to try later: " + error.explanation())
              : new Failed(error, new Operation(null, Operation.State.FAILED, null, null, error));
    };
  }
}
