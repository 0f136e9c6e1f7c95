/**
 * Takes the backup that a DoSQLBackup asks for; knows when the schedule asks for one and which ones
 * are kept.
 *
 * <p>Entry points: {@link io.dosql.operator.backup.BackupReconciler}, {@link
 * io.dosql.operator.backup.BackupSchedule}, {@link io.dosql.operator.backup.RetentionPlan}; all but
 * the first are pure.
 *
 * <p>Forbidden: the other reconcilers' packages.
 */
@NullMarked
package io.dosql.operator.backup;

import org.jspecify.annotations.NullMarked;
