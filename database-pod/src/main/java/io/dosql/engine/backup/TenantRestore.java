package io.dosql.engine.backup;

import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.BackupManifest;
import io.dosql.engine.archive.BackupSet;
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
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of one restore, tenant by tenant.
 *
 * <p>For each: what the archive holds is fetched, checked and marked with the restore in a file of
 * its own; only then writers are stopped, the present state is saved, and the file's content
 * replaces the tenant's as one commit. So whatever fails leaves the tenant as it was, and no
 * acknowledged commit falls between the saved state and the restored one.
 */
final class TenantRestore {

  private static final Logger LOG = LoggerFactory.getLogger(TenantRestore.class);

  private final Tenants tenants;
  private final BackupCatalog catalog;
  private final TenantUpload upload;
  private final Scratch scratch;
  private final InstantSource clock;
  private final BackupSet before;
  private final LongConsumer progress;
  private final RestoreRate rate;
  private final List<BackupManifest> saved = new ArrayList<>();

  /**
   * @param before the set for the present states; its name is the restore's id
   * @param progress told how many bytes more were read from the store
   * @param rate told how long each tenant took
   */
  TenantRestore(
      Tenants tenants,
      BackupCatalog catalog,
      TenantUpload upload,
      Scratch scratch,
      InstantSource clock,
      BackupSet before,
      LongConsumer progress,
      RestoreRate rate) {
    this.tenants = tenants;
    this.catalog = catalog;
    this.upload = upload;
    this.scratch = scratch;
    this.clock = clock;
    this.before = before;
    this.progress = progress;
    this.rate = rate;
  }

  /** What was saved, by this run or by one before it. */
  List<BackupManifest> saved() {
    return saved;
  }

  /** Restores a tenant unless it is done already; empty if it had no commit then and has none. */
  Optional<RestoredTenant> restore(RestorableState state) {
    Tenant tenant = tenants.get(TenantName.parse(state.tenant()));
    Tenant.Use opened;
    try {
      opened = tenant.use();
    } catch (DosqlException unusable) {
      if (unusable.code() != ErrorCode.TENANT_UNAVAILABLE) {
        throw unusable;
      }
      return Optional.of(replaceDamaged(tenant, state, unusable));
    }
    try (Tenant.Use use = opened) {
      if (RestoreMark.find(use.database(), before.name()).isPresent()) {
        LOG.info("restore {}: tenant {} is restored already", before.name(), tenant.name());
        Optional<BackupManifest> earlier = catalog.manifest(before, state.tenant());
        earlier.ifPresent(saved::add);
        return Optional.of(restored(state, use.database().lastLsn(), earlier));
      }
      if (state.isEmpty() && use.database().lastLsn() == 0) {
        return Optional.empty();
      }
      return Optional.of(replace(tenant, use, state));
    }
  }

  /** What cannot be opened cannot be saved as a snapshot either: its files themselves are kept. */
  private RestoredTenant replaceDamaged(
      Tenant tenant, RestorableState state, DosqlException damage) {
    Path file = scratch.newDatabase("restore");
    try {
      state.fetch(file, progress);
      TenantChange.Filled filled;
      try (RestoredFile restored = new RestoredFile(state.tenant(), file)) {
        restored.check();
        restored.mark(before.name(), state.origin(), state.lsn(), clock.instant());
        filled = tenant.fill(restored.sqlite(), Scratch.COPY_MAX, "the restore " + before.name());
      }
      String kept = filled.aside() == null ? null : "tenants/" + filled.aside();
      LOG.warn(
          "restore {}: tenant {} could not be opened ({}); it is as it was at LSN {}, that is its"
              + " commit {}, and its damaged files are kept in {}",
          before.name(),
          tenant.name(),
          damage.getMessage(),
          state.lsn(),
          filled.lsn(),
          kept);
      return new RestoredTenant(
          state.tenant(), state.line(), state.lsn(), state.time(), filled.lsn(), "", kept);
    } catch (IOException failure) {
      throw Scratch.failure("restoring", state.tenant(), failure);
    } finally {
      Scratch.delete(file);
    }
  }

  private RestoredTenant replace(Tenant tenant, Tenant.Use use, RestorableState state) {
    TenantDatabase database = use.database();
    RestoreRate.Stopwatch stopwatch = rate.start();
    long bytes = state.bytes() + tenant.summary().sizeBytes();
    Path file = scratch.newDatabase("restore");
    try {
      state.fetch(file, progress);
      long lsn;
      try (RestoredFile restored = new RestoredFile(state.tenant(), file)) {
        restored.check();
        restored.mark(before.name(), state.origin(), state.lsn(), clock.instant());
        lsn =
            tenant.replaceWith(
                use, restored.sqlite(), Scratch.COPY_MAX, () -> saved.add(save(tenant, database)));
      }
      rate.restored(bytes, stopwatch.elapsed());
      LOG.info(
          "restore {}: tenant {} is as it was at LSN {}; that is its commit {}",
          before.name(),
          tenant.name(),
          state.lsn(),
          lsn);
      return restored(state, lsn, Optional.of(saved.getLast()));
    } catch (IOException failure) {
      throw Scratch.failure("restoring", state.tenant(), failure);
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
      RestorableState state, long lsn, Optional<BackupManifest> saved) {
    return new RestoredTenant(
        state.tenant(),
        state.line(),
        state.lsn(),
        state.time(),
        lsn,
        saved.map(BackupManifest::key).orElse(""),
        null);
  }
}
