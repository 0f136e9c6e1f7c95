package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Exactly one place for backups. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "has(self.s3) != has(self.directory)",
    message = "backup.store needs exactly one of s3 and directory: remove one, or add one")
public record BackupStore(
    @Nullable @JsonPropertyDescription("A bucket of an S3 service.") S3Store s3,
    @Nullable @JsonPropertyDescription("A folder on a persistent volume that the pod mounts.")
        DirectoryStore directory) {}
