package io.dosql.engine.admin;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A complete backup as a listing shows it.
 *
 * @param time when it was complete
 * @param bytes of its snapshots as stored
 * @param tenants how many it holds
 * @param schemaVersion the highest migration's id in it, null without any
 */
public record BackupSummary(
    String name, Instant time, long bytes, int tenants, @Nullable String schemaVersion) {}
