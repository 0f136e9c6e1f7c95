package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a subject of somebody else's tokens may do. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record SubjectGrant(
    @Required
        @Size(min = 1, max = 256)
        @JsonPropertyDescription("The claim 'sub', or a pattern of it with '*'.")
        String subject,
    @Default("rw") @JsonPropertyDescription("ro: reads; rw: reads and writes; admin: everything.")
        AuthRole role,
    @Size(max = 100)
        @JsonPropertyDescription("Tenants, by name or by patterns with '*'. All if absent.")
        List<@Pattern(ApiGroup.TENANT_SCOPE_PATTERN) @Size(max = 63) String> tenants) {

  public SubjectGrant(String subject, @Nullable AuthRole role, @Nullable List<String> tenants) {
    this.subject = subject;
    this.role = role == null ? AuthRole.rw : role;
    this.tenants = tenants == null ? List.of() : List.copyOf(tenants);
  }
}
