package io.dosql.engine.backup;

import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.BackupManifest;
import io.dosql.engine.archive.BackupSet;
import io.dosql.engine.archive.SnapshotFetcher;
import io.dosql.engine.backup.BackupService.RestoredTenant;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantChange;
import io.dosql.engine.tenant.TenantDatabase;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.Tenants;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of one restore, tenant by tenant.
 *
 * <p>For each: what the backup holds is fetched, checked and marked with the restore in a file of
 * its own; only then writers are stopped, the present state is saved, and the file's content
 * replaces the tenant's as one commit. So whatever fails leaves the tenant as it was, and no
 * acknowledged commit falls between the saved state and the restored one.
 */
final class TenantRestore {

  private static final Logger LOG = LoggerFactory.getLogger(TenantRestore.class);

  private final Tenants tenants;
  private final BackupCatalog catalog;
  private final SnapshotFetcher fetcher;
  private final TenantUpload upload;
  private final Scratch scratch;
  private final InstantSource clock;
  private final BackupSet before;
  private final String backup;
  private final List<BackupManifest> saved = new ArrayList<>();

  /**
   * @param before the set for the present states; its name is the restore's id
   */
  TenantRestore(
      Tenants tenants,
      BackupCatalog catalog,
      TenantUpload upload,
      Scratch scratch,
      InstantSource clock,
      BackupSet before,
      String backup) {
    this.tenants = tenants;
    this.catalog = catalog;
    this.fetcher = new SnapshotFetcher(catalog, scratch.folder());
    this.upload = upload;
    this.scratch = scratch;
    this.clock = clock;
    this.before = before;
    this.backup = backup;
  }

  /** What was saved, by this run or by one before it. */
  List<BackupManifest> saved() {
    return saved;
  }

  /** Restores a tenant unless it is done already; empty if it had no commit then and has none. */
  Optional<RestoredTenant> restore(BackupManifest manifest) {
    Tenant tenant = tenants.get(TenantName.parse(manifest.tenant()));
    Tenant.Use opened;
    try {
      opened = tenant.use();
    } catch (DosqlException unusable) {
      if (unusable.code() != ErrorCode.TENANT_UNAVAILABLE) {
        throw unusable;
      }
      return Optional.of(replaceDamaged(tenant, manifest, unusable));
    }
    try (Tenant.Use use = opened) {
      if (RestoreMark.find(use.database(), before.name()).isPresent()) {
        LOG.info("restore {}: tenant {} is restored already", before.name(), tenant.name());
        Optional<BackupManifest> earlier = catalog.manifest(before, manifest.tenant());
        earlier.ifPresent(saved::add);
        return Optional.of(restored(manifest, use.database().lastLsn(), earlier));
      }
      if (manifest.isEmpty() && use.database().lastLsn() == 0) {
        return Optional.empty();
      }
      return Optional.of(replace(tenant, use, manifest));
    }
  }

  /** What cannot be opened cannot be saved as a snapshot either: its files themselves are kept. */
  private RestoredTenant replaceDamaged(
      Tenant tenant, BackupManifest manifest, DosqlException damage) {
    Path file = scratch.newDatabase("restore");
    try {
      fetcher.fetch(manifest, file);
      TenantChange.Filled filled;
      try (RestoredFile restored = new RestoredFile(manifest.tenant(), file)) {
        restored.check();
        restored.mark(before.name(), backup, manifest.lsn(), clock.instant());
        filled = tenant.fill(restored.sqlite(), Scratch.COPY_MAX, "the restore " + before.name());
      }
      String kept = filled.aside() == null ? null : "tenants/" + filled.aside();
      LOG.warn(
          "restore {}: tenant {} could not be opened ({}); it is as it was at LSN {}, that is its"
              + " commit {}, and its damaged files are kept in {}",
          before.name(),
          tenant.name(),
          damage.getMessage(),
          manifest.lsn(),
          filled.lsn(),
          kept);
      return new RestoredTenant(manifest.tenant(), manifest.lsn(), filled.lsn(), "", kept);
    } catch (IOException failure) {
      throw Scratch.failure("restoring", manifest.tenant(), failure);
    } finally {
      Scratch.delete(file);
    }
  }

  private RestoredTenant replace(Tenant tenant, Tenant.Use use, BackupManifest manifest) {
    TenantDatabase database = use.database();
    Path file = scratch.newDatabase("restore");
    try {
      fetcher.fetch(manifest, file);
      long lsn;
      try (RestoredFile restored = new RestoredFile(manifest.tenant(), file)) {
        restored.check();
        restored.mark(before.name(), backup, manifest.lsn(), clock.instant());
        lsn =
            tenant.replaceWith(
                use, restored.sqlite(), Scratch.COPY_MAX, () -> saved.add(save(tenant, database)));
      }
      LOG.info(
          "restore {}: tenant {} is as it was at LSN {}; that is its commit {}",
          before.name(),
          tenant.name(),
          manifest.lsn(),
          lsn);
      return restored(manifest, lsn, Optional.of(saved.getLast()));
    } catch (IOException failure) {
      throw Scratch.failure("restoring", manifest.tenant(), failure);
    } finally {
      Scratch.delete(file);
    }
  }

  /** While nobody writes. A state saved by a run that failed is no use if others wrote since. */
  private BackupManifest save(Tenant tenant, TenantDatabase database) {
    catalog
        .manifest(before, tenant.name().value())
        .filter(earlier -> earlier.lsn() != database.lastLsn())
        .ifPresent(outdated -> catalog.withdraw(before, outdated));
    return upload.upload(before, tenant, database);
  }

  private static RestoredTenant restored(
      BackupManifest manifest, long lsn, Optional<BackupManifest> saved) {
    return new RestoredTenant(
        manifest.tenant(), manifest.lsn(), lsn, saved.map(BackupManifest::key).orElse(""), null);
  }
}
