package io.dosql.engine.backup;

import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.BackupManifest;
import io.dosql.engine.archive.BackupPage;
import io.dosql.engine.archive.BackupSet;
import io.dosql.engine.archive.BackupSummary;
import io.dosql.engine.archive.PruneResult;
import io.dosql.engine.archive.Snapshot;
import io.dosql.engine.archive.SnapshotFetcher;
import io.dosql.engine.archive.SnapshotUploader;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.TenantSnapshot;
import io.dosql.engine.tenant.Tenants;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Backups of this pod's tenants in its archive. */
public final class ArchiveBackups implements BackupService {

  private static final Logger LOG = LoggerFactory.getLogger(ArchiveBackups.class);

  /** Longest time for the copy of one tenant, in either direction. */
  private static final Duration COPY_MAX = Duration.ofMinutes(30);

  private final Tenants tenants;
  private final BackupCatalog catalog;
  private final SnapshotUploader uploader;
  private final SnapshotFetcher fetcher;
  private final Path scratch;
  private final String line;
  private final InstantSource clock;

  /**
   * @param scratch an existing folder for copies in progress
   * @param line the archive line that this pod's LSNs count in
   */
  public ArchiveBackups(
      Tenants tenants, BackupCatalog catalog, Path scratch, String line, InstantSource clock) {
    this.tenants = tenants;
    this.catalog = catalog;
    this.uploader = new SnapshotUploader(catalog, scratch);
    this.fetcher = new SnapshotFetcher(catalog, scratch);
    this.scratch = scratch;
    this.line = line;
    this.clock = clock;
  }

  @Override
  public Taken take(String name, List<Tenant> chosen, Progress progress) {
    BackupSet set = set(() -> BackupSet.backup(name));
    List<BackupManifest> manifests = new ArrayList<>();
    String schemaVersion = null;
    Optional<BackupSummary> complete = catalog.find(name);
    if (complete.isPresent()) {
      return taken(complete.get(), catalog.manifests(set));
    }
    for (Tenant tenant : chosen) {
      progress.progressed(manifests.size(), chosen.size());
      BackupManifest manifest = upload(set, tenant);
      manifests.add(manifest);
      schemaVersion = newer(schemaVersion, manifest.schemaVersion());
    }
    progress.progressed(manifests.size(), chosen.size());
    BackupSummary summary = catalog.complete(set, clock.instant(), schemaVersion, manifests);
    return taken(summary, manifests);
  }

  private static Taken taken(BackupSummary summary, List<BackupManifest> manifests) {
    return new Taken(
        summary.name(),
        summary.time(),
        summary.bytes(),
        manifests.stream()
            .map(
                manifest ->
                    new TakenTenant(
                        manifest.tenant(),
                        manifest.lsn(),
                        manifest.schemaVersion(),
                        manifest.objectBytes(),
                        keyOf(manifest)))
            .toList());
  }

  private static String keyOf(BackupManifest manifest) {
    String key = manifest.key();
    return key == null ? "" : key;
  }

  /** By the ids' numbers, as migrations are ordered. */
  private static @Nullable String newer(@Nullable String one, @Nullable String other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return number(one).compareTo(number(other)) >= 0 ? one : other;
  }

  private static BigInteger number(String migration) {
    String digits = migration.replaceFirst("[^0-9].*", "");
    return digits.isEmpty() ? BigInteger.ZERO : new BigInteger(digits);
  }

  private BackupManifest upload(BackupSet set, Tenant tenant) {
    String name = tenant.name().value();
    Path copy = scratch.resolve("copy-" + UUID.randomUUID() + ".db");
    try (Tenant.Use use = tenant.use()) {
      TenantSnapshot taken = use.database().snapshotTo(copy, COPY_MAX);
      return uploader.upload(
          set, new Snapshot(name, line, taken.lsn(), clock.instant(), schemaVersion(tenant), copy));
    } catch (IOException failure) {
      throw diskFailure("backing up", name, failure);
    } finally {
      delete(copy);
    }
  }

  private static @Nullable String schemaVersion(Tenant tenant) {
    String version = tenant.schemaVersion();
    return version.isEmpty() ? null : version;
  }

  @Override
  public Listing list(@Nullable String after, int limit) {
    BackupPage page = catalog.list(after, limit);
    page.unreadable()
        .forEach(
            backup ->
                LOG.warn(
                    "backup {} cannot be listed: {}: {}",
                    backup.name(),
                    backup.code(),
                    backup.message()));
    return new Listing(
        page.backups().stream()
            .map(
                backup ->
                    new ListedBackup(
                        backup.name(),
                        backup.time(),
                        backup.bytes(),
                        backup.tenants(),
                        backup.schemaVersion()))
            .toList(),
        Optional.ofNullable(page.next()));
  }

  @Override
  public Pruned prune(List<String> names) {
    names.forEach(name -> set(() -> BackupSet.backup(name)));
    PruneResult result = catalog.prune(names);
    return new Pruned(result.objects(), result.bytes());
  }

  @Override
  public List<RestoredTenant> restore(
      String restoreId, String backup, Optional<List<String>> chosen, Progress progress) {
    List<BackupManifest> manifests = select(backup, chosen);
    List<RestoredTenant> restored = new ArrayList<>();
    List<BackupManifest> saved = new ArrayList<>();
    BackupSet before = set(() -> BackupSet.preRestore(restoreId));
    for (BackupManifest manifest : manifests) {
      progress.progressed(restored.size(), manifests.size());
      restored.add(restore(before, backup, manifest, saved));
    }
    if (!saved.isEmpty()) {
      BackupSummary summary = catalog.complete(before, clock.instant(), null, saved);
      LOG.info("restore {}: the state before is kept in {}", restoreId, summary.name());
    }
    progress.progressed(restored.size(), manifests.size());
    return restored;
  }

  private List<BackupManifest> select(String backup, Optional<List<String>> chosen) {
    if (catalog.find(set(() -> BackupSet.backup(backup)).name()).isEmpty()) {
      throw new DosqlException(
              ErrorCode.STORAGE_NOT_FOUND, "there is no complete backup named " + backup)
          .withSuggestion("List the backups of the database, and name one of them.");
    }
    List<BackupManifest> all = catalog.manifests(BackupSet.backup(backup));
    if (chosen.isEmpty()) {
      return all.stream().filter(manifest -> !manifest.isEmpty()).toList();
    }
    Set<String> missing = new TreeSet<>(chosen.get());
    List<BackupManifest> selected =
        all.stream().filter(manifest -> missing.remove(manifest.tenant())).toList();
    if (!missing.isEmpty()) {
      throw new DosqlException(
              ErrorCode.STORAGE_NOT_FOUND,
              "backup %s does not hold the tenants %s"
                  .formatted(backup, String.join(", ", missing)))
          .withSuggestion("Restore only tenants that the backup holds.");
    }
    return selected.stream().filter(manifest -> !manifest.isEmpty()).toList();
  }

  private RestoredTenant restore(
      BackupSet before, String backup, BackupManifest manifest, List<BackupManifest> saved) {
    Tenant tenant = tenants.get(TenantName.parse(manifest.tenant()));
    Path file = scratch.resolve("restore-" + UUID.randomUUID() + ".db");
    try (Tenant.Use use = tenant.use()) {
      Optional<RestoreMark> done = RestoreMark.find(use.database(), before.name());
      if (done.isPresent()) {
        LOG.info("restore {}: tenant {} is restored already", before.name(), tenant.name());
        catalog.manifest(before, manifest.tenant()).ifPresent(saved::add);
        return new RestoredTenant(
            manifest.tenant(),
            manifest.lsn(),
            use.database().lastLsn(),
            preRestoreKey(before, manifest.tenant()));
      }
      // Fetched and checked before anything is touched: what is damaged changes nothing.
      fetcher.fetch(manifest, file);
      long lsn;
      try (RestoredFile restoredFile = new RestoredFile(manifest.tenant(), file)) {
        restoredFile.check();
        saved.add(upload(before, tenant));
        restoredFile.mark(before.name(), backup, manifest.lsn(), clock.instant());
        lsn = use.database().replaceWith(restoredFile.sqlite(), COPY_MAX);
      }
      LOG.info(
          "restore {}: tenant {} is as it was at LSN {}; that is its commit {}",
          before.name(),
          tenant.name(),
          manifest.lsn(),
          lsn);
      return new RestoredTenant(
          manifest.tenant(), manifest.lsn(), lsn, preRestoreKey(before, manifest.tenant()));
    } catch (IOException failure) {
      throw diskFailure("restoring", manifest.tenant(), failure);
    } finally {
      delete(file);
    }
  }

  private String preRestoreKey(BackupSet before, String tenant) {
    return catalog.manifest(before, tenant).map(ArchiveBackups::keyOf).orElse("");
  }

  private interface SetMaker {
    BackupSet make();
  }

  private static BackupSet set(SetMaker maker) {
    try {
      return maker.make();
    } catch (IllegalArgumentException badName) {
      throw new DosqlException(
              ErrorCode.INVALID_REQUEST, String.valueOf(badName.getMessage()), badName)
          .withSuggestion("Use lower-case letters, digits, '-' and '.', as Kubernetes names do.");
    }
  }

  private static DosqlException diskFailure(String doing, String tenant, IOException failure) {
    return new DosqlException(
            ErrorCode.RESOURCE_EXHAUSTED,
            "%s tenant %s failed on the pod's disk: %s"
                .formatted(doing, tenant, failure.getMessage()),
            failure)
        .withSuggestion("See to it that the volume has room for a copy of the tenant.");
  }

  private static void delete(Path database) {
    for (String end : List.of("", "-wal", "-shm", "-journal")) {
      try {
        Files.deleteIfExists(database.resolveSibling(database.getFileName() + end));
      } catch (IOException leftForTheNextStart) {
        LOG.warn("{} could not be deleted", database, leftForTheNextStart);
      }
    }
  }
}
