package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** The volume that holds the tenants and the commit log. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "quantity(self.size).compareTo(quantity(oldSelf.size)) >= 0",
    message = "storage.size cannot shrink: keep the size, or make it larger")
@ValidationRule(
    value =
        "has(self.storageClassName) == has(oldSelf.storageClassName) &&"
            + " (!has(self.storageClassName) || self.storageClassName =="
            + " oldSelf.storageClassName)",
    message =
        "storage.storageClassName cannot be changed: back up, create another database with the"
            + " class, and restore there")
public record Storage(
    @Default(Storage.DEFAULT_SIZE)
        @Pattern("^[1-9][0-9]*(\\.[0-9]+)?(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$")
        @Size(max = 20)
        @JsonPropertyDescription(
            "Size of the data volume, as a quantity such as 10Gi. It can grow, if the storage class"
                + " allows it, but not shrink.")
        String size,
    @Nullable
        @Size(min = 1, max = 253)
        @JsonPropertyDescription(
            "Storage class of the data volume; the cluster's default class if absent. Cannot be"
                + " changed.")
        String storageClassName,
    @Default("Retain")
        @JsonPropertyDescription(
            "What becomes of the data volume's claim when the database is deleted: Retain keeps it,"
                + " and a database created again under the name finds its data; Delete deletes"
                + " it. Backups are kept either way.")
        ReclaimPolicy reclaimPolicy) {

  public static final String DEFAULT_SIZE = "1Gi";

  public enum ReclaimPolicy {
    Retain,
    Delete
  }

  public Storage(
      @Nullable String size,
      @Nullable String storageClassName,
      @Nullable ReclaimPolicy reclaimPolicy) {
    this.size = size == null ? DEFAULT_SIZE : size;
    this.storageClassName = storageClassName;
    this.reclaimPolicy = reclaimPolicy == null ? ReclaimPolicy.Retain : reclaimPolicy;
  }
}
