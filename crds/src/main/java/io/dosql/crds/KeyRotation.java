package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** When the key that signs tokens is replaced. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "duration(self.interval) >= duration('1h')",
    message = "auth.rotation.interval must be 1h at least")
@ValidationRule(
    value =
        "duration(self.overlap) >= duration('10m') && duration(self.overlap) <="
            + " duration(self.interval)",
    message =
        "auth.rotation.overlap must be 10m at least, so that pods and applications see the new key,"
            + " and no longer than auth.rotation.interval")
public record KeyRotation(
    @Default(KeyRotation.DEFAULT_INTERVAL)
        @Pattern(ApiGroup.DURATION_PATTERN)
        @Size(max = 10)
        @JsonPropertyDescription("Age at which the key is replaced, such as 720h.")
        String interval,
    @Default(KeyRotation.DEFAULT_OVERLAP)
        @Pattern(ApiGroup.DURATION_PATTERN)
        @Size(max = 10)
        @JsonPropertyDescription(
            "For so long tokens of the old key are good beside those of the new one, such as 24h."
                + " Applications must have read their Secret again by then.")
        String overlap) {

  public static final String DEFAULT_INTERVAL = "720h";
  public static final String DEFAULT_OVERLAP = "24h";

  public KeyRotation(@Nullable String interval, @Nullable String overlap) {
    this.interval = interval == null ? DEFAULT_INTERVAL : interval;
    this.overlap = overlap == null ? DEFAULT_OVERLAP : overlap;
  }
}
