/**
 * Takes and restores backups: snapshots of tenants into the archive and back. Uses {@code tenant}
 * and {@code archive}; knows nothing of HTTP or the operator. Entry point: {@link
 * io.dosql.engine.backup.BackupService}.
 */
@NullMarked
package io.dosql.engine.backup;

import org.jspecify.annotations.NullMarked;
