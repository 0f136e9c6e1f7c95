package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What one tenant may take; the engine's default where absent. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "!has(self.statementTimeout) || (duration(self.statementTimeout) >= duration('100ms') &&"
            + " duration(self.statementTimeout) <= duration('10m'))",
    message = "tenants.limits.statementTimeout must be from 100ms to 10m")
@ValidationRule(
    value =
        "!has(self.maxResultSize) || (quantity(self.maxResultSize).compareTo(quantity('1Ki')) >= 0"
            + " && quantity(self.maxResultSize).compareTo(quantity('1Gi')) <= 0)",
    message = "tenants.limits.maxResultSize must be from 1Ki to 1Gi; stream what is larger")
@ValidationRule(
    value =
        "!has(self.maxDatabaseSize) ||"
            + " quantity(self.maxDatabaseSize).compareTo(quantity('1Mi')) >= 0",
    message = "tenants.limits.maxDatabaseSize must be 1Mi at least")
public record TenantLimits(
    @Nullable
        @Min(1)
        @Max(10_000)
        @JsonPropertyDescription("Requests of one tenant in work at a time; 500 if absent.")
        Integer maxConcurrentRequests,
    @Nullable
        @Min(1)
        @Max(10_000)
        @JsonPropertyDescription(
            "Requests that may wait for the right to write in one tenant; 1000 if absent.")
        Integer maxWaitingWriters,
    @Nullable
        @Pattern(ApiGroup.DURATION_PATTERN)
        @Size(max = 10)
        @JsonPropertyDescription(
            "Longest run of one statement, such as 30s, which is the default; from 100ms to 10m.")
        String statementTimeout,
    @Nullable
        @Min(1)
        @JsonPropertyDescription(
            "Rows in the result of one request that is not streamed; 100000 if absent.")
        Long maxResultRows,
    @Nullable
        @Pattern(ApiGroup.BYTES_PATTERN)
        @Size(max = 20)
        @JsonPropertyDescription(
            "Size of the result of one request that is not streamed, such as 16Mi, which is the"
                + " default.")
        String maxResultSize,
    @Nullable
        @Pattern(ApiGroup.BYTES_PATTERN)
        @Size(max = 20)
        @JsonPropertyDescription(
            "Size that one tenant's database may grow to, such as 10Gi, which is the default.")
        String maxDatabaseSize) {

  /** Everything as the engine has it. */
  public static final TenantLimits NONE = new TenantLimits(null, null, null, null, null, null);
}
