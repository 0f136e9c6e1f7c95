package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** The archive of another database, which is only read. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "has(self.database) != ((has(self.store.s3) && has(self.store.s3.prefix)) ||"
            + " (has(self.store.directory) && has(self.store.directory.prefix)))",
    message =
        "bootstrap.restore.from must say whose archive: either the store's prefix, or the database"
            + " whose name and namespace it is kept under")
public record BootstrapSource(
    @Required
        @JsonPropertyDescription(
            "The store. Its Secret or claim must be in the namespace of the new database.")
        BackupStore store,
    @Nullable
        @JsonPropertyDescription(
            "The database whose archive it is, if that is kept under NAMESPACE/NAME, as it is by"
                + " default. It need not exist any more.")
        SourceDatabase database,
    @Nullable @JsonPropertyDescription("The keys of the archive, if it is encrypted.")
        Encryption encryption) {

  /**
   * The folder in the store.
   *
   * @param namespace of the new database
   */
  public String prefix(String namespace) {
    return database == null
        ? BackupLocations.prefix(store, "", "")
        : (database.namespace() == null ? namespace : database.namespace()) + "/" + database.name();
  }

  /** Names a database, whether it exists or not. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record SourceDatabase(
      @Required
          @Pattern(ApiGroup.OBJECT_NAME_PATTERN)
          @Size(min = 1, max = 52)
          @JsonPropertyDescription("Its name.")
          String name,
      @Nullable
          @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
          @Size(min = 1, max = 63)
          @JsonPropertyDescription("Its namespace; that of the new database if absent.")
          String namespace) {}
}
