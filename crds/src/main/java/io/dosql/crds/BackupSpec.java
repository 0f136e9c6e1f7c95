package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which tenants to back up, and what becomes of the backup. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value =
        "self.databaseRef == oldSelf.databaseRef && has(self.tenants) == has(oldSelf.tenants) &&"
            + " (!has(self.tenants) || self.tenants == oldSelf.tenants)",
    message =
        "databaseRef and tenants of a DoSQLBackup cannot be changed: create another DoSQLBackup")
public record BackupSpec(
    @Required @JsonPropertyDescription("The database to back up.") DatabaseRef databaseRef,
    @Size(max = 1000) @JsonPropertyDescription("Tenants to back up. Absent or empty: all.")
        List<@Pattern(ApiGroup.TENANT_PATTERN) @Size(max = 63) String> tenants,
    @Default("Retain")
        @JsonPropertyDescription(
            "What becomes of the stored backup when this resource is deleted. Retain keeps it."
                + " Delete deletes it and all that no other backup needs; the resource stays until"
                + " that is done, which takes the database and its pod.")
        DeletionPolicy deletionPolicy,
    @Nullable
        @Pattern(Retention.WINDOW_PATTERN)
        @Size(max = 6)
        @JsonPropertyDescription(
            "How long after it was taken the stored backup is kept, such as 30d or 12h, whatever"
                + " the database's retention says; then it and this resource go. The newest backup"
                + " stays until there is another.")
        String expire) {

  public enum DeletionPolicy {
    Retain,
    Delete
  }

  public BackupSpec(
      DatabaseRef databaseRef,
      @Nullable List<String> tenants,
      @Nullable DeletionPolicy deletionPolicy,
      @Nullable String expire) {
    this.databaseRef = databaseRef;
    this.tenants = tenants == null ? List.of() : List.copyOf(tenants);
    this.deletionPolicy = deletionPolicy == null ? DeletionPolicy.Retain : deletionPolicy;
    this.expire = expire;
  }
}
