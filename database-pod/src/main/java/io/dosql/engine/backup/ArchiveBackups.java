package io.dosql.engine.backup;

import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.BackupManifest;
import io.dosql.engine.archive.BackupPage;
import io.dosql.engine.archive.BackupSet;
import io.dosql.engine.archive.BackupSummary;
import io.dosql.engine.archive.PruneResult;
import io.dosql.engine.archive.SnapshotUploader;
import io.dosql.engine.archive.SnapshotUse;
import io.dosql.engine.archive.restore.ArchiveHistory;
import io.dosql.engine.archive.restore.RestoreTarget;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.Tenants;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Backups of this pod's tenants in its archive. */
public final class ArchiveBackups implements BackupService {

  private static final Logger LOG = LoggerFactory.getLogger(ArchiveBackups.class);

  private final Tenants tenants;
  private final BackupCatalog catalog;
  private final RestoreSources sources;
  private final Optional<RestoreSources> elsewhere;
  private final SnapshotUse use;
  private final TenantUpload upload;
  private final Scratch scratch;
  private final InstantSource clock;

  /**
   * What one store has to restore from.
   *
   * @param rate of restores from it
   */
  public record Stored(BackupCatalog catalog, ArchiveHistory history, RestoreRate rate) {}

  /**
   * @param own the pod's own store
   * @param elsewhere the store of another database, if the pod was given one to restore from
   * @param use knows who needs snapshots of the pod's own store besides backups
   * @param scratch an existing folder for copies in progress
   * @param line the archive line that this pod's LSNs count in, whenever asked
   * @param completeness of the archive
   */
  public ArchiveBackups(
      Tenants tenants,
      Stored own,
      Optional<Stored> elsewhere,
      SnapshotUse use,
      Path scratch,
      Supplier<String> line,
      Completeness completeness,
      InstantSource clock) {
    this.tenants = tenants;
    this.catalog = own.catalog();
    this.use = use;
    // Newest, and in what LSNs count, is the pod's own line, whichever was begun last.
    this.sources =
        new RestoreSources(
            catalog,
            own,
            scratch,
            target ->
                target instanceof RestoreTarget.AtTime ? own.history().lineOf(target) : line.get(),
            completeness,
            clock);
    this.elsewhere =
        elsewhere.map(
            there ->
                new RestoreSources(
                    catalog, there, scratch, there.history()::lineOf, Completeness.UNKNOWN, clock));
    this.scratch = new Scratch(scratch);
    this.upload =
        new TenantUpload(
            new SnapshotUploader(catalog, scratch), this.scratch, line, completeness, clock);
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
    List<BackupManifest> manifests = sources.whole(set, summary);
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
    return list(BackupSet.Kind.BACKUP, after, limit);
  }

  @Override
  public Listing listPreRestore(@Nullable String after, int limit) {
    return list(BackupSet.Kind.PRE_RESTORE, after, limit);
  }

  private Listing list(BackupSet.Kind kind, @Nullable String after, int limit) {
    BackupPage page = catalog.list(kind, after, limit);
    page.unreadable()
        .forEach(
            backup ->
                LOG.warn(
                    "{} cannot be listed: {}: {}",
                    new BackupSet(kind, backup.name()),
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
    PruneResult result = catalog.prune(names, use);
    return new Pruned(result.objects(), result.bytes());
  }

  private RestoreSources sourcesOf(RestoreOrder order) {
    if (!order.fromElsewhere()) {
      return sources;
    }
    return elsewhere.orElseThrow(
        () ->
            new DosqlException(
                    ErrorCode.STORAGE_NOT_FOUND, "the pod was given no other store to restore from")
                .withSuggestion("Set DOSQL_SOURCE_STORE (spec.bootstrap.restore.from)."));
  }

  @Override
  public Plan plan(RestoreOrder order) {
    RestoreSources from = sourcesOf(order);
    RestoreRate.Stopwatch stopwatch = from.rate().start();
    FoundStates found = from.find(order);
    List<Long> bytes =
        found.states().stream()
            .map(state -> state.bytes() + presentBytes(TenantName.parse(state.tenant())))
            .toList();
    // The restore looks for the states as this has done.
    Duration estimate = stopwatch.elapsed().plus(from.rate().estimate(bytes));
    return new Plan(
        found.states().stream().map(ArchiveBackups::planned).toList(), found.leftOut(), estimate);
  }

  private static PlannedTenant planned(RestorableState state) {
    return new PlannedTenant(
        state.tenant(),
        state.line(),
        state.lsn(),
        state.time(),
        state.objects(),
        state.bytes(),
        state.databaseBytes());
  }

  /** To be saved before a tenant is replaced. */
  private long presentBytes(TenantName name) {
    Tenant tenant = tenants.find(name);
    return tenant == null ? 0 : tenant.summary().sizeBytes();
  }

  @Override
  public Restored restore(String restoreId, RestoreOrder order, Progress progress) {
    BackupSet before = set(() -> BackupSet.preRestore(restoreId));
    RestoreSources from = sourcesOf(order);
    try {
      FoundStates found = from.findFor(before, order);
      List<RestoredTenant> restored = restore(before, found.states(), from.rate(), progress);
      return new Restored(restored, found.leftOut());
    } finally {
      from.ended(before, order);
    }
  }

  private List<RestoredTenant> restore(
      BackupSet before, List<RestorableState> states, RestoreRate rate, Progress progress) {
    Instant time = clock.instant();
    ByteCount bytes =
        new ByteCount(progress, states.stream().mapToLong(RestorableState::bytes).sum());
    TenantRestore run =
        new TenantRestore(tenants, catalog, upload, scratch, clock, before, bytes, rate);
    List<RestoredTenant> restored = new ArrayList<>();
    int done = 0;
    for (RestorableState state : states) {
      progress.progressed(done++, states.size());
      run.restore(state).ifPresent(restored::add);
    }
    if (!run.saved().isEmpty()) {
      BackupSummary summary =
          catalog.complete(before, before.name(), oldest(time, run.saved()), null, run.saved());
      LOG.info("restore {}: the state before is kept in {}", summary.name(), before);
    }
    progress.progressed(states.size(), states.size());
    return restored;
  }

  /** Counts what is read for a restore. */
  private static final class ByteCount implements LongConsumer {
    private final Progress progress;
    private final long total;
    private long done;

    ByteCount(Progress progress, long total) {
      this.progress = progress;
      this.total = total;
    }

    @Override
    public void accept(long more) {
      done += more;
      progress.bytes(done, total);
    }
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
