package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The migrations that tenants shall have. */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@ValidationRule(
    value = "self.databaseRef.name == oldSelf.databaseRef.name",
    message = "databaseRef cannot be changed: create another DoSQLMigration for the other database")
public record MigrationSpec(
    @Required @JsonPropertyDescription("The database to migrate.") DatabaseRef databaseRef,
    @Size(max = 1000)
        @JsonPropertyDescription(
            "Tenants to migrate. Absent or empty: all, also those that appear later.")
        List<@Pattern(ApiGroup.TENANT_PATTERN) @Size(max = 63) String> tenants,
    @Required
        @Size(min = 1, max = 1000)
        @JsonPropertyDescription(
            "The migrations. They are applied in the order of their numbers, each with its record in"
                + " one transaction; those that a tenant has already are skipped.")
        List<Migration> migrations) {

  public MigrationSpec(
      DatabaseRef databaseRef,
      @Nullable List<String> tenants,
      @Nullable List<Migration> migrations) {
    this.databaseRef = databaseRef;
    this.tenants = tenants == null ? List.of() : List.copyOf(tenants);
    this.migrations = migrations == null ? List.of() : List.copyOf(migrations);
  }

  /** One step of the schema. */
  public record Migration(
      @Required
          @Pattern("^[0-9]+_[a-z0-9_]+$")
          @Size(max = 100)
          @JsonPropertyDescription(
              "Number and name, such as 001_create_users. Numbers are compared as numbers: 9 comes"
                  + " before 10.")
          String id,
      @Required
          @Size(min = 1, max = 262144)
          @JsonPropertyDescription(
              "The SQL statements. The text of a migration that was applied must not change again.")
          String sql) {}
}
