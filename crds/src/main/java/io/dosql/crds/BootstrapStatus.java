package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How far the restore that a database begins with has come. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record BootstrapStatus(
    @Nullable @JsonPropertyDescription("Id of the engine's operation, as the pod's log names it.")
        String operationId,
    @Nullable @JsonPropertyDescription("When it was first started, RFC 3339.") String startTime,
    @Nullable @JsonPropertyDescription("When the attempt under way was started, RFC 3339.")
        String attemptTime,
    @Nullable @JsonPropertyDescription("When it ended, RFC 3339.") String completionTime,
    @Nullable @JsonPropertyDescription("How far it is.") RestoreProgress progress,
    @JsonPropertyDescription("What was restored, by tenant; the first 100.")
        List<RestoredTenant> restored) {

  public BootstrapStatus(
      @Nullable String operationId,
      @Nullable String startTime,
      @Nullable String attemptTime,
      @Nullable String completionTime,
      @Nullable RestoreProgress progress,
      @Nullable List<RestoredTenant> restored) {
    this.operationId = operationId;
    this.startTime = startTime;
    this.attemptTime = attemptTime;
    this.completionTime = completionTime;
    this.progress = progress;
    this.restored = restored == null ? List.of() : List.copyOf(restored);
  }

  /** Before it was started. */
  public static BootstrapStatus empty() {
    return new BootstrapStatus(null, null, null, null, null, null);
  }
}
