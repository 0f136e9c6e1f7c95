package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/** A folder on a persistent volume. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DirectoryStore(
    @Required
        @Size(min = 1, max = 253)
        @JsonPropertyDescription(
            "Name of a PersistentVolumeClaim, in the same namespace, that the pod mounts. Use a"
                + " volume that outlives the data volume.")
        String claimName,
    @Nullable
        @Pattern(BackupLocations.PREFIX_PATTERN)
        @Size(min = 1, max = 256)
        @JsonPropertyDescription(
            "Folder on the volume for all that this database stores; NAMESPACE/NAME of the database"
                + " if absent. No two databases may share one.")
        String prefix) {}
