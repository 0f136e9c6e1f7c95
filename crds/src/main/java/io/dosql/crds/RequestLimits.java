package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import org.jspecify.annotations.Nullable;

/** How often one may ask; as often as one likes where absent. Twice as many may come at once. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RequestLimits(
    @Nullable
        @Min(1)
        @Max(1_000_000)
        @JsonPropertyDescription("Requests a second to the whole pod.")
        Long requestsPerSecond,
    @Nullable @Min(1) @Max(1_000_000) @JsonPropertyDescription("Requests a second to each tenant.")
        Long requestsPerSecondPerTenant,
    @Nullable @Min(1) @Max(1_000_000) @JsonPropertyDescription("Requests a second with each token.")
        Long requestsPerSecondPerToken) {

  /** No limits. */
  public static final RequestLimits NONE = new RequestLimits(null, null, null);
}
