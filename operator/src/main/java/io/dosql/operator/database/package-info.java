/**
 * Turns a DoSQLDatabase into the objects that run it, keeps its schedule of backups, and applies
 * its retention.
 *
 * <p>Entry point: {@link io.dosql.operator.database.DatabaseReconciler}. {@code DesiredObjects} and
 * {@code DatabaseDecision} are pure.
 *
 * <p>Forbidden: the other reconcilers' packages, except the pure schedule and retention of {@code
 * backup}.
 */
@NullMarked
package io.dosql.operator.database;

import org.jspecify.annotations.NullMarked;
