package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import org.jspecify.annotations.Nullable;

/** What is kept of row changes. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ChangeCapture(
    @Default("Enabled")
        @JsonPropertyDescription(
            "Enabled: the commit log holds the rows that each commit changed. Disabled: bulk writes"
                + " are faster, and nobody can read changes of that time.")
        Mode capture) {

  public enum Mode {
    Enabled,
    Disabled
  }

  public ChangeCapture(@Nullable Mode capture) {
    this.capture = capture == null ? Mode.Enabled : capture;
  }
}
