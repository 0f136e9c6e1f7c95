package io.dosql.operator.pod;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A complete backup in the store. */
public record StoredBackup(
    String name, Instant time, long bytes, int tenants, @Nullable String schemaVersion) {}
