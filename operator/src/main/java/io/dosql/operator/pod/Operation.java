package io.dosql.operator.pod;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** What the pod knows of an operation. */
public record Operation(
    String id,
    State state,
    Progress progress,
    @Nullable JsonNode result,
    @Nullable EngineError error) {

  /** Words of the wire format, in capitals. */
  public enum State {
    RUNNING,
    SUCCEEDED,
    FAILED
  }

  /**
   * @param done tenants, of {@code total}
   * @param bytesDone of {@code bytesTotal}; both are 0 where nobody counts them
   */
  public record Progress(int done, int total, long bytesDone, long bytesTotal) {

    public static Progress ofTenants(int done, int total) {
      return new Progress(done, total, 0, 0);
    }
  }

  public Operation(
      @Nullable String id,
      @Nullable State state,
      @Nullable Progress progress,
      @Nullable JsonNode result,
      @Nullable EngineError error) {
    this.id = id == null ? "" : id;
    this.state = state == null ? State.RUNNING : state;
    this.progress = progress == null ? Progress.ofTenants(0, 0) : progress;
    this.result = result;
    this.error = error;
  }

  /** The error of a failed operation; one that says so if the engine gave none. */
  public EngineError failure() {
    return error == null ? new EngineError(null, null, false, null, null) : error;
  }
}
