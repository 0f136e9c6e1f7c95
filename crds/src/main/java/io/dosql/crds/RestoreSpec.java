package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which backup to restore into which tenants. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "self == oldSelf",
    message =
        "the spec of a DoSQLRestore cannot be changed, it runs once: create another DoSQLRestore")
public record RestoreSpec(
    @Required @JsonPropertyDescription("The database whose tenants are replaced, in place.")
        DatabaseRef databaseRef,
    @Required @JsonPropertyDescription("The backup to restore.") BackupRef backupRef,
    @Size(max = 1000)
        @JsonPropertyDescription("Tenants to restore. Absent or empty: all in the backup.")
        List<@Pattern(ApiGroup.TENANT_PATTERN) @Size(max = 63) String> tenants) {

  public RestoreSpec(DatabaseRef databaseRef, BackupRef backupRef, @Nullable List<String> tenants) {
    this.databaseRef = databaseRef;
    this.backupRef = backupRef;
    this.tenants = tenants == null ? List.of() : List.copyOf(tenants);
  }

  /** Names a backup. */
  public record BackupRef(
      @Required
          @Size(min = 1, max = 253)
          @JsonPropertyDescription(
              "Name of a backup in the database's store: that of the DoSQLBackup that made it, also"
                  + " when that resource is gone.")
          String name) {}
}
