package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import org.jspecify.annotations.Nullable;

/** To which commit one tenant is restored, and from how much. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RestoredTenant(
    @JsonPropertyDescription("Name of the tenant.") String tenant,
    @Nullable @JsonPropertyDescription("Line of the archive that it comes from.") String line,
    @Nullable @JsonPropertyDescription("The commit number that its content is of.") String lsn,
    @Nullable @JsonPropertyDescription("When that commit was made, RFC 3339.") String time,
    @Nullable @JsonPropertyDescription("Objects to read from the store.") Long objects,
    @Nullable @JsonPropertyDescription("Bytes to read from the store.") Long bytes,
    @Nullable @JsonPropertyDescription("Size of the restored database, in bytes.")
        Long databaseBytes,
    @Nullable
        @JsonPropertyDescription(
            "The commit number that the restore itself became, when it is done. With targetLsn one"
                + " less, another DoSQLRestore brings back what this one replaced.")
        String newLsn) {}
