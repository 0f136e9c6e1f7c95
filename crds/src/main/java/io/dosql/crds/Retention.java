package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** What is kept of backups, and of the commits between them. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "has(self.keepLast) || has(self.keepDays) || has(self.window)",
    message = "retention needs keepLast, keepDays or window; remove retention to keep all backups")
public record Retention(
    @Nullable @Min(1) @Max(10000) @JsonPropertyDescription("Keeps this many of the newest backups.")
        Integer keepLast,
    @Nullable
        @Min(1)
        @Max(36500)
        @JsonPropertyDescription("Keeps backups that are younger than this many days.")
        Integer keepDays,
    @Nullable
        @Pattern(Retention.WINDOW_PATTERN)
        @Size(max = 6)
        @JsonPropertyDescription(
            "How far back every single commit can be restored, such as 7d or 36h. As long as"
                + " the tier keeps backups, or 7d, if absent.")
        String window) {

  /** Hours or days. */
  static final String WINDOW_PATTERN = "^[1-9][0-9]{0,4}(h|d)$";
}
