package io.dosql.engine.backup;

import io.dosql.engine.archive.BackupManifest;
import io.dosql.engine.archive.BackupSet;
import io.dosql.engine.archive.Snapshot;
import io.dosql.engine.archive.SnapshotUploader;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantDatabase;
import io.dosql.engine.tenant.TenantSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;

/** Files a tenant's state away, by way of a copy in the scratch folder. Any number of threads. */
final class TenantUpload {

  private final SnapshotUploader uploader;
  private final Scratch scratch;
  private final Supplier<String> line;
  private final Completeness archive;
  private final InstantSource clock;

  /**
   * @param archive must hold what is stored: what this pod committed after another one has taken
   *     its line over is no part of the line
   */
  TenantUpload(
      SnapshotUploader uploader,
      Scratch scratch,
      Supplier<String> line,
      Completeness archive,
      InstantSource clock) {
    this.uploader = uploader;
    this.scratch = scratch;
    this.line = line;
    this.archive = archive;
    this.clock = clock;
  }

  /**
   * Stores the tenant's state in the set, unless it is there already from an interrupted attempt.
   *
   * @return what is in the set; STORAGE_CONFLICT if that is of another history of LSNs
   */
  BackupManifest upload(BackupSet set, Tenant tenant) {
    try (Tenant.Use use = tenant.use()) {
      return upload(set, tenant, use.database());
    }
  }

  /** The same for a tenant that is in use. */
  BackupManifest upload(BackupSet set, Tenant tenant, TenantDatabase database) {
    String name = tenant.name().value();
    Path copy = scratch.newDatabase("copy");
    // Asked before the copy is made: what was acknowledged until then is in it.
    Instant time = clock.instant();
    try {
      TenantSnapshot taken = database.snapshotTo(copy, Scratch.COPY_MAX);
      Instant _ = archive.completeTo();
      String schemaVersion = taken.schemaVersion().isEmpty() ? null : taken.schemaVersion();
      BackupManifest stored =
          uploader.upload(
              set,
              new Snapshot(
                  name,
                  line.get(),
                  taken.lsn(),
                  time,
                  taken.commitTime(),
                  schemaVersion,
                  copy,
                  RowCounts.ofFile(copy)));
      requireOwn(set, stored);
      return stored;
    } catch (IOException failure) {
      throw Scratch.failure("backing up", name, failure);
    } finally {
      Scratch.delete(copy);
    }
  }

  /** The name may have been used by a pod whose data directory was another. */
  void requireOwn(BackupSet set, BackupManifest manifest) {
    String own = line.get();
    if (!manifest.line().equals(own)) {
      throw new DosqlException(
              ErrorCode.STORAGE_CONFLICT,
              "%s was taken from another data directory (line %s instead of %s)"
                  .formatted(set, manifest.line(), own))
          .withSuggestion("Take the backup under another name.");
    }
  }
}
