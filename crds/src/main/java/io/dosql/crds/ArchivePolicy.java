package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** How commits get into the store. What is absent is as the tier, or else the engine, has it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!has(self.mode) || self.mode != 'Off' || !(has(self.interval) || has(self.maxLag) ||"
            + " has(self.onMaxLag) || has(self.snapshotInterval))",
    message = "archive.mode Off leaves nothing to set: remove the other fields of backup.archive")
@ValidationRule(
    value =
        "!has(self.interval) || (duration(self.interval) >= duration('1s') &&"
            + " duration(self.interval) <= duration('24h'))",
    message = "archive.interval must be from 1s to 24h")
@ValidationRule(
    value =
        "!has(self.snapshotInterval) || (duration(self.snapshotInterval) >= duration('10m') &&"
            + " duration(self.snapshotInterval) <= duration('720h'))",
    message = "archive.snapshotInterval must be from 10m to 720h")
@ValidationRule(
    value = "!has(self.maxLag) || quantity(self.maxLag).compareTo(quantity('16Mi')) >= 0",
    message = "archive.maxLag must be 16Mi at least, one segment of the log")
public record ArchivePolicy(
    @Nullable
        @JsonPropertyDescription(
            "Continuous: every commit goes to the store. Off: only backups do. Continuous if absent,"
                + " but with the tiers Low and Medium.")
        Mode mode,
    @Nullable
        @Pattern(ApiGroup.DURATION_PATTERN)
        @Size(max = 10)
        @JsonPropertyDescription(
            "How often commits go to the store, if there are any: as much as this, and one upload,"
                + " may be lost with the volume. From 1s to 24h; 1s if absent, 1h with the tier"
                + " High.")
        String interval,
    @Nullable
        @Pattern(ApiGroup.BYTES_PATTERN)
        @Size(max = 20)
        @JsonPropertyDescription(
            "How much of the commit log is kept on the volume while it cannot be stored, such as"
                + " 1Gi, which it is if absent; the pod uses half of the volume at most.")
        String maxLag,
    @Nullable
        @JsonPropertyDescription(
            "What happens beyond maxLag. KeepServing, if absent: the archive gets a gap, which the"
                + " condition Archiving tells. StopWrites: writes are refused until it has caught"
                + " up.")
        OnMaxLag onMaxLag,
    @Nullable
        @Pattern(ApiGroup.DURATION_PATTERN)
        @Size(max = 10)
        @JsonPropertyDescription(
            "How often a tenant that changed is stored as a whole, so that restores are quick. From"
                + " 10m to 720h; 24h if absent.")
        String snapshotInterval) {

  /** Nothing is said. */
  public static final ArchivePolicy NONE = new ArchivePolicy(null, null, null, null, null);

  public enum Mode {
    Continuous,
    Off
  }

  public enum OnMaxLag {
    KeepServing,
    StopWrites
  }
}
