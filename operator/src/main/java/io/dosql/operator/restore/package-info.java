/**
 * Restores what a DoSQLRestore names: a backup, a moment, a commit.
 *
 * <p>Entry point: {@link io.dosql.operator.restore.RestoreReconciler}; {@code RestoreDecider} is
 * pure.
 *
 * <p>Forbidden: the other reconcilers' packages.
 */
@NullMarked
package io.dosql.operator.restore;

import org.jspecify.annotations.NullMarked;
