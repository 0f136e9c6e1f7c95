/**
 * The archive of a pod: where its backups lie and what they consist of.
 *
 * <p>Entry points: {@link io.dosql.engine.archive.SnapshotUploader} files a tenant's database away,
 * {@link io.dosql.engine.archive.BackupCatalog} lists, completes and prunes backups, {@link
 * io.dosql.engine.archive.SnapshotFetcher} brings one back. {@link
 * io.dosql.engine.archive.ArchiveLayout} is the map of the keys. The stores themselves are in
 * {@code archive.store}, the file format in {@code archive.ltx}, the pod's log in {@code
 * archive.log}.
 *
 * <p>Of ours it may use {@code engine.error}, {@code engine.json} and {@code engine.log} only; it
 * knows neither tenants nor SQLite.
 */
@NullMarked
package io.dosql.engine.archive;

import org.jspecify.annotations.NullMarked;
