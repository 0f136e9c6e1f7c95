package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
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
public record Tenants(
    @Default("Open")
        @JsonPropertyDescription(
            "Open: a tenant is created at its first use. Declared: only the tenant main and those"
                + " under names exist, others are refused.")
        Mode mode,
    @Size(max = 1000)
        @JsonPropertyDescription(
            "Names of the tenants for mode Declared: lower-case letters, digits and '-', 1 to 63.")
        List<@Pattern(ApiGroup.TENANT_PATTERN) @Size(max = 63) String> names) {

  public enum Mode {
    Open,
    Declared
  }

  public Tenants(@Nullable Mode mode, @Nullable List<String> names) {
    this.mode = mode == null ? Mode.Open : mode;
    this.names = names == null ? List.of() : List.copyOf(names);
  }
}
