package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.SnapshotUploader;
import io.dosql.engine.archive.SnapshotUse;
import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.Deletions;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archiver.ArchivedLog;
import io.dosql.engine.log.CommitLog;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** What building chains works with. */
record ChainContext(
    CommitLog log,
    ArchivedLog archive,
    ChainTenants tenants,
    ObjectStore store,
    ArchiveLayout layout,
    ChainCatalog catalog,
    Deletions deletions,
    LogObjects logObjects,
    BackupCatalog backups,
    SnapshotUse snapshotUse,
    SnapshotUploader uploader,
    Path scratch,
    int pageBytes,
    ChainLimits limits,
    InstantSource clock,
    LongSupplier nanoTime,
    PutRate rate,
    ChainProgress progress) {}
