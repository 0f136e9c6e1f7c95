package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which tenants there may be. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "!has(self.names) || size(self.names) == 0 || self.mode == 'Declared'",
    message = "tenants.names needs tenants.mode: Declared; remove the names or change the mode")
@ValidationRule(
    value =
        "!has(self.sleepAfter) || (duration(self.sleepAfter) >= duration('1s') &&"
            + " duration(self.sleepAfter) <= duration('24h'))",
    message = "tenants.sleepAfter must be from 1s to 24h")
public record Tenants(
    @Default("Open")
        @JsonPropertyDescription(
            "Open: a tenant is created at its first use. Declared: only the tenant main and those"
                + " under names exist, others are refused.")
        Mode mode,
    @Size(max = 1000)
        @JsonPropertyDescription(
            "Names of the tenants for mode Declared: lower-case letters, digits and '-', 1 to 63.")
        List<@Pattern(ApiGroup.TENANT_PATTERN) @Size(max = 63) String> names,
    @Default(Tenants.DEFAULT_SLEEP_AFTER)
        @Pattern(ApiGroup.DURATION_PATTERN)
        @Size(max = 10)
        @JsonPropertyDescription(
            "A tenant sleeps after this time without work, such as 10s; from 1s to 24h.")
        String sleepAfter,
    @Nullable
        @Min(1)
        @Max(10_000)
        @JsonPropertyDescription(
            "Tenants that may be awake at once; beyond it the least recently used go to sleep. 500"
                + " if absent.")
        Integer maxAwake,
    @Default("{}") @JsonPropertyDescription("What one tenant may take.") TenantLimits limits) {

  public static final String DEFAULT_SLEEP_AFTER = "10s";

  public enum Mode {
    Open,
    Declared
  }

  public Tenants(
      @Nullable Mode mode,
      @Nullable List<String> names,
      @Nullable String sleepAfter,
      @Nullable Integer maxAwake,
      @Nullable TenantLimits limits) {
    this.mode = mode == null ? Mode.Open : mode;
    this.names = names == null ? List.of() : List.copyOf(names);
    this.sleepAfter = sleepAfter == null ? DEFAULT_SLEEP_AFTER : sleepAfter;
    this.maxAwake = maxAwake;
    this.limits = limits == null ? TenantLimits.NONE : limits;
  }

  /** Those of a mode, everything else as by default. */
  public static Tenants of(@Nullable Mode mode, @Nullable List<String> names) {
    return new Tenants(mode, names, null, null, null);
  }
}
