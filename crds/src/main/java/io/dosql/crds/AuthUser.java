package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Somebody with a token of their own, in a Secret that the operator makes. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record AuthUser(
    @Required
        @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
        @Size(min = 1, max = 40)
        @JsonPropertyDescription("Lower-case letters, digits and '-'.")
        String name,
    @Default("rw") @JsonPropertyDescription("ro: reads; rw: reads and writes; admin: everything.")
        AuthRole role,
    @Size(max = 100)
        @JsonPropertyDescription(
            "Tenants, by name or by patterns with '*', such as eu-*. All if absent.")
        List<@Pattern(ApiGroup.TENANT_SCOPE_PATTERN) @Size(max = 63) String> tenants,
    @Nullable
        @Pattern(ApiGroup.OBJECT_NAME_PATTERN)
        @Size(min = 1, max = 253)
        @JsonPropertyDescription(
            "The Secret that the operator makes for the user; <database>-user-<name> if absent.")
        String secretName) {

  public AuthUser(
      String name,
      @Nullable AuthRole role,
      @Nullable List<String> tenants,
      @Nullable String secretName) {
    this.name = name;
    this.role = role == null ? AuthRole.rw : role;
    this.tenants = tenants == null ? List.of() : List.copyOf(tenants);
    this.secretName = secretName;
  }
}
