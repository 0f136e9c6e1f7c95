package io.dosql.operator.pod;

import org.jspecify.annotations.Nullable;

/** One tenant of a pod; {@code schemaVersion} is the id of its highest migration. */
public record TenantInfo(String name, @Nullable String schemaVersion) {}
