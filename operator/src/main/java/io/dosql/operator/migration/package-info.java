/**
 * Runs the migrations of a DoSQLMigration on the tenants of its database.
 *
 * <p>Entry point: {@link io.dosql.operator.migration.MigrationReconciler}; {@code MigrationDecider}
 * is pure.
 *
 * <p>Forbidden: the other reconcilers' packages.
 */
@NullMarked
package io.dosql.operator.migration;

import org.jspecify.annotations.NullMarked;
