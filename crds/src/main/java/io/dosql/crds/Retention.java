package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Which backups are kept. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "has(self.keepLast) || has(self.keepDays)",
    message = "retention needs keepLast, keepDays or both; remove retention to keep all backups")
public record Retention(
    @Nullable @Min(1) @Max(10000) @JsonPropertyDescription("Keeps this many of the newest backups.")
        Integer keepLast,
    @Nullable
        @Min(1)
        @Max(36500)
        @JsonPropertyDescription("Keeps backups that are younger than this many days.")
        Integer keepDays) {}
