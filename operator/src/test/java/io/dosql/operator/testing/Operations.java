package io.dosql.operator.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.operator.pod.EngineError;
import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.step.OperationView;
import org.jspecify.annotations.Nullable;

/** What an engine may say of an operation. */
public final class Operations {

  private static final ObjectMapper JSON = new ObjectMapper();

  private Operations() {}

  public static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  public static Operation operation(Operation.State state, int done, int total) {
    return new Operation("id", state, Operation.Progress.ofTenants(done, total), null, null);
  }

  public static Operation succeeded(String result) {
    return new Operation(
        "id", Operation.State.SUCCEEDED, Operation.Progress.ofTenants(0, 0), json(result), null);
  }

  public static EngineError error(String code, boolean retryable) {
    return new EngineError(code, "It failed.", retryable, "Mend it.", "r-1");
  }

  public static OperationView failed(String code, boolean retryable) {
    return failed(code, retryable, 0, 0, null);
  }

  public static OperationView failed(
      String code, boolean retryable, int done, int total, @Nullable String result) {
    EngineError error = error(code, retryable);
    return new OperationView.Failed(
        error,
        new Operation(
            "id",
            Operation.State.FAILED,
            Operation.Progress.ofTenants(done, total),
            result == null ? null : json(result),
            error));
  }

  public static <T> Reply<T> refused(int status, String code) {
    return new Reply.Refused<>(status, error(code, false));
  }

  public static <T> Reply<T> unavailable() {
    return new Reply.Unavailable<>("the engine's admin API at http://pod:8081 cannot be reached");
  }
}
