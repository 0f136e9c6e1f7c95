package io.dosql.engine.archive;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A complete backup, told shortly.
 *
 * @param formatVersion {@link #FORMAT_VERSION}
 * @param operation the work that made it, so that only that work's repetition takes it for its own
 * @param time when it was begun
 * @param bytes of all its snapshots as they are stored, those it shares with others included
 * @param tenants how many
 * @param schemaVersion as the one who took it saw it
 */
public record BackupSummary(
    @JsonProperty(required = true) int formatVersion,
    @JsonProperty(required = true) String name,
    @JsonProperty(required = true) String operation,
    @JsonProperty(required = true) Instant time,
    @JsonProperty(required = true) long bytes,
    @JsonProperty(required = true) int tenants,
    @Nullable String schemaVersion) {

  public static final int FORMAT_VERSION = 1;

  public BackupSummary {
    if (formatVersion != FORMAT_VERSION) {
      throw new IllegalArgumentException("the field formatVersion is " + formatVersion);
    }
    if (bytes < 0 || tenants < 0) {
      throw new IllegalArgumentException("the fields bytes and tenants must not be negative");
    }
  }
}
