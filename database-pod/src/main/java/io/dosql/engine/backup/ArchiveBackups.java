package io.dosql.engine.backup;

import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.BackupManifest;
import io.dosql.engine.archive.BackupPage;
import io.dosql.engine.archive.BackupSet;
import io.dosql.engine.archive.BackupSummary;
import io.dosql.engine.archive.PruneResult;
import io.dosql.engine.archive.SnapshotUploader;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.Tenants;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Backups of this pod's tenants in its archive. */
public final class ArchiveBackups implements BackupService {

  private static final Logger LOG = LoggerFactory.getLogger(ArchiveBackups.class);

  private final Tenants tenants;
  private final BackupCatalog catalog;
  private final TenantUpload upload;
  private final Scratch scratch;
  private final InstantSource clock;

  /**
   * @param scratch an existing folder for copies in progress
   * @param line the archive line that this pod's LSNs count in
   */
  public ArchiveBackups(
      Tenants tenants, BackupCatalog catalog, Path scratch, String line, InstantSource clock) {
    this.tenants = tenants;
    this.catalog = catalog;
    this.scratch = new Scratch(scratch);
    this.upload =
        new TenantUpload(new SnapshotUploader(catalog, scratch), this.scratch, line, clock);
    this.clock = clock;
  }

  @Override
  public Taken take(
      String operation, String name, Optional<List<String>> named, Progress progress) {
    BackupSet set = set(() -> BackupSet.backup(name));
    List<Tenant> chosen = select(named);
    Optional<BackupSummary> complete = catalog.find(name);
    if (complete.isPresent()) {
      return takenBefore(set, complete.get(), operation, named);
    }
    Instant time = clock.instant();
    List<BackupManifest> manifests = new ArrayList<>();
    String schemaVersion = null;
    for (Tenant tenant : chosen) {
      progress.progressed(manifests.size(), chosen.size());
      Optional<BackupManifest> stored = uploadUnlessDeleted(set, tenant);
      if (stored.isPresent()) {
        manifests.add(stored.get());
        schemaVersion = newer(schemaVersion, stored.get().schemaVersion());
      }
    }
    progress.progressed(manifests.size(), chosen.size());
    return taken(
        catalog.complete(set, operation, oldest(time, manifests), schemaVersion, manifests),
        manifests);
  }

  /** A tenant that is deleted meanwhile is in the backup only if an earlier attempt stored it. */
  private Optional<BackupManifest> uploadUnlessDeleted(BackupSet set, Tenant tenant) {
    try {
      return Optional.of(upload.upload(set, tenant));
    } catch (DosqlException failure) {
      if (tenant.isDeleted()) {
        return catalog.manifest(set, tenant.name().value());
      }
      throw failure;
    }
  }

  /** All tenants, or those named, which must be there: a backup makes none. */
  private List<Tenant> select(Optional<List<String>> named) {
    if (named.isEmpty()) {
      return tenants.page(null, Integer.MAX_VALUE);
    }
    List<Tenant> selected = new ArrayList<>();
    for (String name : named.get()) {
      Tenant tenant = tenants.find(TenantName.parse(name));
      if (tenant == null) {
        throw new DosqlException(ErrorCode.NOT_FOUND, "there is no tenant " + name);
      }
      selected.add(tenant);
    }
    return selected;
  }

  /** The backup is there: it may be the answer only if it is what was asked for. */
  private Taken takenBefore(
      BackupSet set, BackupSummary summary, String operation, Optional<List<String>> named) {
    if (!summary.operation().equals(operation)) {
      throw nameTaken(set, "taken at " + summary.time());
    }
    List<BackupManifest> manifests = whole(set, summary);
    manifests.forEach(manifest -> upload.requireOwn(set, manifest));
    Set<String> held = new TreeSet<>();
    manifests.forEach(manifest -> held.add(manifest.tenant()));
    if (named.isPresent() && !held.equals(new TreeSet<>(named.get()))) {
      throw nameTaken(set, "with the tenants " + String.join(", ", held));
    }
    return taken(summary, manifests);
  }

  private static DosqlException nameTaken(BackupSet set, String what) {
    return new DosqlException(
            ErrorCode.STORAGE_CONFLICT,
            "the backup %s is there already, %s".formatted(set.name(), what))
        .withSuggestion("Take the backup under another name.");
  }

  /** What was acknowledged before the oldest part's time is in all of them. */
  private static Instant oldest(Instant begun, List<BackupManifest> manifests) {
    return manifests.stream()
        .map(BackupManifest::time)
        .filter(time -> time.isBefore(begun))
        .min(Comparator.naturalOrder())
        .orElse(begun);
  }

  /** All manifests of a complete backup; fails if one is missing. */
  private List<BackupManifest> whole(BackupSet set, BackupSummary summary) {
    List<BackupManifest> manifests = catalog.manifests(set);
    if (manifests.size() != summary.tenants()) {
      throw new DosqlException(
          ErrorCode.STORAGE_CHECKSUM_MISMATCH,
          "%s should hold %d tenants, but has the manifests of %d"
              .formatted(set, summary.tenants(), manifests.size()));
    }
    return manifests;
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
    BackupSet before = set(() -> BackupSet.preRestore(restoreId));
    Instant time = clock.instant();
    TenantRestore run = new TenantRestore(tenants, catalog, upload, scratch, clock, before, backup);
    List<RestoredTenant> restored = new ArrayList<>();
    int done = 0;
    for (BackupManifest manifest : manifests) {
      progress.progressed(done++, manifests.size());
      run.restore(manifest).ifPresent(restored::add);
    }
    if (!run.saved().isEmpty()) {
      BackupSummary summary =
          catalog.complete(before, restoreId, oldest(time, run.saved()), null, run.saved());
      LOG.info("restore {}: the state before is kept in {}", restoreId, summary.name());
    }
    progress.progressed(manifests.size(), manifests.size());
    return restored;
  }

  private List<BackupManifest> select(String backup, Optional<List<String>> chosen) {
    BackupSet set = set(() -> BackupSet.backup(backup));
    BackupSummary summary = catalog.require(backup);
    if (chosen.isEmpty()) {
      return whole(set, summary);
    }
    // Only what is asked for is read: damage elsewhere must not keep a tenant from coming back.
    List<BackupManifest> selected = new ArrayList<>();
    Set<String> missing = new TreeSet<>();
    for (String name : chosen.get()) {
      String tenant = TenantName.parse(name).value();
      catalog.manifest(set, tenant).ifPresentOrElse(selected::add, () -> missing.add(tenant));
    }
    if (!missing.isEmpty()) {
      throw new DosqlException(
              ErrorCode.STORAGE_NOT_FOUND,
              "backup %s does not hold the tenants %s"
                  .formatted(backup, String.join(", ", missing)))
          .withSuggestion("Restore only tenants that the backup holds.");
    }
    return selected;
  }

  interface SetMaker {
    BackupSet make();
  }

  static BackupSet set(SetMaker maker) {
    try {
      return maker.make();
    } catch (IllegalArgumentException badName) {
      throw new DosqlException(
              ErrorCode.INVALID_REQUEST, String.valueOf(badName.getMessage()), badName)
          .withSuggestion("Use lower-case letters, digits, '-' and '.', as Kubernetes names do.");
    }
  }
}
