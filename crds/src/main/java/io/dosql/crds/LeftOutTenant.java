package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;

/** A tenant that a restore of all tenants did not bring back. */
public record LeftOutTenant(
    @JsonPropertyDescription("Name of the tenant.") String tenant,
    @JsonPropertyDescription("When it had been deleted at the latest, RFC 3339.")
        String deletedTime) {}
