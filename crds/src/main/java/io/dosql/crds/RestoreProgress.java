package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** How far a restore has come. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RestoreProgress(
    @JsonPropertyDescription("Tenants that are restored.") int done,
    @JsonPropertyDescription("Tenants to restore.") int total,
    @Nullable @JsonPropertyDescription("Bytes that were read from the store.") Long bytesDone,
    @Nullable @JsonPropertyDescription("Bytes to read from the store.") Long bytesTotal,
    @Nullable @JsonPropertyDescription("Hundredths that are done.") Integer percent,
    @Nullable @JsonPropertyDescription("Seconds that the rest will take at the speed so far.")
        Long remainingSeconds) {

  /** Without bytes, of an engine that does not count them. */
  public static RestoreProgress ofTenants(int done, int total) {
    return new RestoreProgress(done, total, null, null, null, null);
  }
}
