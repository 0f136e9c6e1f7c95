/**
 * Schema migrations of one tenant: which are applied, which are due, and running them, each in one
 * commit with its record. Uses {@code tenant}; knows nothing of HTTP. Entry point: {@link
 * io.dosql.engine.migration.TenantMigrator}.
 */
@NullMarked
package io.dosql.engine.migration;

import org.jspecify.annotations.NullMarked;
