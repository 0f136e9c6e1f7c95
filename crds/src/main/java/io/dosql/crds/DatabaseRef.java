package io.dosql.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/** Names a database in the same namespace. */
public record DatabaseRef(
    @Required
        @Size(min = 1, max = 52)
        @JsonPropertyDescription("Name of the DoSQLDatabase, in the same namespace.")
        String name) {}
