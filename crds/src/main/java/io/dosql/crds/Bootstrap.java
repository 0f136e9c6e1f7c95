package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/** What a new database begins with. */
public record Bootstrap(
    @Required
        @JsonPropertyDescription(
            "Restores what another database, also one of another cluster, has stored.")
        BootstrapRestore restore) {}
