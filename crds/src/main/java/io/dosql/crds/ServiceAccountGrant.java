package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What pods of a ServiceAccount may do, by the token that Kubernetes gives them. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ServiceAccountGrant(
    @Nullable
        @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
        @Size(min = 1, max = 63)
        @JsonPropertyDescription("Namespace of the ServiceAccount; the database's own if absent.")
        String namespace,
    @Required
        @Pattern(ApiGroup.OBJECT_NAME_PATTERN)
        @Size(min = 1, max = 253)
        @JsonPropertyDescription("Name of the ServiceAccount.")
        String name,
    @Default("rw") @JsonPropertyDescription("ro: reads; rw: reads and writes; admin: everything.")
        AuthRole role,
    @Size(max = 100)
        @JsonPropertyDescription("Tenants, by name or by patterns with '*'. All if absent.")
        List<@Pattern(ApiGroup.TENANT_SCOPE_PATTERN) @Size(max = 63) String> tenants) {

  public ServiceAccountGrant(
      @Nullable String namespace,
      String name,
      @Nullable AuthRole role,
      @Nullable List<String> tenants) {
    this.namespace = namespace;
    this.name = name;
    this.role = role == null ? AuthRole.rw : role;
    this.tenants = tenants == null ? List.of() : List.copyOf(tenants);
  }
}
