package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which tenants to back up. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "self == oldSelf",
    message = "the spec of a DoSQLBackup cannot be changed: create another DoSQLBackup")
public record BackupSpec(
    @Required @JsonPropertyDescription("The database to back up.") DatabaseRef databaseRef,
    @Size(max = 1000) @JsonPropertyDescription("Tenants to back up. Absent or empty: all.")
        List<@Pattern(ApiGroup.TENANT_PATTERN) @Size(max = 63) String> tenants) {

  public BackupSpec(DatabaseRef databaseRef, @Nullable List<String> tenants) {
    this.databaseRef = databaseRef;
    this.tenants = tenants == null ? List.of() : List.copyOf(tenants);
  }
}
