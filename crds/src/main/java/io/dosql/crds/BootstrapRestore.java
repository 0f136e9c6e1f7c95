package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is restored into a new database, and as of when. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value =
        "[has(self.backup), has(self.targetTime), has(self.targetLsn), has(self.latest) &&"
            + " self.latest].exists_one(given, given)",
    message =
        "bootstrap.restore needs exactly one of backup, targetTime, targetLsn and latest: true")
@ValidationRule(
    value = "!has(self.targetLsn) || (has(self.tenants) && size(self.tenants) == 1)",
    message =
        "bootstrap.restore.targetLsn counts the commits of one tenant: name exactly one under"
            + " tenants, or use targetTime")
public record BootstrapRestore(
    @Required @JsonPropertyDescription("Whose archive to read, and where it is.")
        BootstrapSource from,
    @Nullable
        @Size(min = 1, max = 64)
        @Pattern("^[a-zA-Z0-9-]+$")
        @JsonPropertyDescription(
            "Which line of the archive, as status.backup.line of the source named it. Absent: the"
                + " newest.")
        String line,
    @Nullable
        @Size(min = 1, max = 253)
        @Pattern(ApiGroup.OBJECT_NAME_PATTERN)
        @JsonPropertyDescription("A backup, by name.")
        String backup,
    @Nullable
        @Size(min = 20, max = 35)
        @Pattern(ApiGroup.TIME_PATTERN)
        @JsonPropertyDescription(
            "A moment: all commits up to it, RFC 3339 with up to nine digits of a second.")
        String targetTime,
    @Nullable
        @Min(1)
        @JsonPropertyDescription("A commit number of one tenant; needs exactly one under tenants.")
        Long targetLsn,
    @Nullable @JsonPropertyDescription("true: the newest commit that is stored.") Boolean latest,
    @Size(max = 1000)
        @JsonPropertyDescription("Tenants to restore. Absent or empty: all in the archive.")
        List<@Pattern(ApiGroup.TENANT_PATTERN) @Size(max = 63) String> tenants) {

  public BootstrapRestore(
      BootstrapSource from,
      @Nullable String line,
      @Nullable String backup,
      @Nullable String targetTime,
      @Nullable Long targetLsn,
      @Nullable Boolean latest,
      @Nullable List<String> tenants) {
    this.from = from;
    this.line = line;
    this.backup = backup;
    this.targetTime = targetTime;
    this.targetLsn = targetLsn;
    this.latest = latest;
    this.tenants = tenants == null ? List.of() : List.copyOf(tenants);
  }
}
