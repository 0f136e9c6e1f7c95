package io.dosql.operator.pod;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A complete backup in the store.
 *
 * @param verified what became of its newest verification; null if it was never verified
 */
public record StoredBackup(
    String name,
    Instant time,
    long bytes,
    int tenants,
    @Nullable String schemaVersion,
    @Nullable Verification verified) {

  /** What a verification found. */
  public record Verification(Instant time, boolean ok, @Nullable String message) {}
}
