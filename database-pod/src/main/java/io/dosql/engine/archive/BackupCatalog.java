package io.dosql.engine.archive;

import static io.dosql.engine.archive.ArchiveDocuments.LARGE_BYTES_MAX;
import static io.dosql.engine.archive.ArchiveDocuments.SMALL_BYTES_MAX;
import static io.dosql.engine.error.ErrorCode.STORAGE_CONFLICT;
import static io.dosql.engine.error.ErrorCode.STORAGE_NOT_FOUND;

import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The backups in a store. A backup exists for listing and restoring once it is complete.
 *
 * <p>Any number of threads of <em>one</em> process; two processes must not prune or write under the
 * same prefix at once (one pod per database sees to that). Every call goes to the store; nothing is
 * cached. Failures are {@link DosqlException}s with a {@code STORAGE_*} code.
 */
public final class BackupCatalog {

  /** How many backups of one page may be asked for. */
  public static final int LIMIT_MAX = 1000;

  /** Longer than the upload of one tenant takes, which is what is waited for. */
  private static final Duration LOCK_WAIT_MAX = Duration.ofHours(1);

  private static final Comparator<BackupSummary> NEWEST_FIRST =
      Comparator.comparing(BackupSummary::time).thenComparing(BackupSummary::name).reversed();

  private final ObjectStore store;
  private final ArchiveLayout layout;
  private final ArchiveDocuments documents;
  private final ReferenceLock references = new ReferenceLock(LOCK_WAIT_MAX);

  public BackupCatalog(ObjectStore store, ArchiveLayout layout) {
    this.store = store;
    this.layout = layout;
    this.documents = new ArchiveDocuments(store, layout);
  }

  /**
   * A page of the complete sets of a kind, newest first. One that cannot be read does not hide the
   * others: it is named in the page.
   *
   * @param after name of the last set of the page before, or null
   * @param limit 1 to {@link #LIMIT_MAX}
   * @throws DosqlException {@code STORAGE_NOT_FOUND} when {@code after} is gone
   */
  public BackupPage list(BackupSet.Kind kind, @Nullable String after, int limit) {
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new IllegalArgumentException("limit must be 1 to %d: %d".formatted(LIMIT_MAX, limit));
    }
    List<BackupSummary> all = new ArrayList<>();
    List<BackupPage.Unreadable> unreadable = new ArrayList<>();
    for (String name : names(kind)) {
      try {
        find(new BackupSet(kind, name)).ifPresent(all::add);
      } catch (DosqlException e) {
        if (e.code().retryable()) {
          throw e;
        }
        unreadable.add(new BackupPage.Unreadable(name, e.code(), e.getMessage()));
      }
    }
    all.sort(NEWEST_FIRST);
    int from = after == null ? 0 : indexOf(all, after) + 1;
    int to = Math.min(all.size(), from + limit);
    List<BackupSummary> page = all.subList(from, to);
    return new BackupPage(page, to < all.size() ? page.getLast().name() : null, unreadable);
  }

  /** A complete backup. */
  public Optional<BackupSummary> find(String name) {
    return find(BackupSet.backup(name));
  }

  /** A complete backup, which must be there; {@code STORAGE_NOT_FOUND} if it is not. */
  public BackupSummary require(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new DosqlException(STORAGE_NOT_FOUND, "there is no complete backup named " + name)
                    .withSuggestion("List the backups of the database, and name one of them."));
  }

  /** What a set holds, complete or not, by tenant; every manifest is checked. */
  public List<BackupManifest> manifests(BackupSet set) {
    List<BackupManifest> manifests = new ArrayList<>();
    for (String tenant : tenants(set)) {
      manifest(set, tenant).ifPresent(manifests::add);
    }
    return manifests;
  }

  /**
   * What a set holds of one tenant.
   *
   * @throws DosqlException {@code STORAGE_CHECKSUM_MISMATCH} naming the field, when the manifest is
   *     damaged or speaks of something else than its place says
   */
  public Optional<BackupManifest> manifest(BackupSet set, String tenant) {
    String key = layout.manifest(set, tenant);
    Optional<BackupManifest> found =
        documents.find(key, BackupManifest.class, BackupManifest.FORMAT_VERSION, SMALL_BYTES_MAX);
    found.ifPresent(manifest -> checkPlace(key, set, tenant, manifest));
    return found;
  }

  /**
   * Completes a set whose manifests are all stored. Doing it again is harmless.
   *
   * @param operation the work that makes the set
   * @param manifests all of the set, as {@link SnapshotUploader} returned them
   * @param schemaVersion of the whole, as the caller sees it
   * @return the summary that is stored: with the time of the first call
   * @throws DosqlException {@code STORAGE_CONFLICT} when the set in the store is another one
   */
  public BackupSummary complete(
      BackupSet set,
      String operation,
      Instant time,
      @Nullable String schemaVersion,
      List<BackupManifest> manifests) {
    return references.whileAlone(
        () -> {
          requireSameTenants(set, manifests);
          addObjects(set, sizesByKey(manifests));
          long bytes = manifests.stream().mapToLong(BackupManifest::objectBytes).sum();
          BackupSummary summary =
              new BackupSummary(
                  BackupSummary.FORMAT_VERSION,
                  set.name(),
                  operation,
                  time,
                  bytes,
                  manifests.size(),
                  schemaVersion);
          return putSummary(set, summary);
        });
  }

  /**
   * Writes down what a restore brings back, unless an earlier attempt did. Durable on return.
   *
   * @param set for the states before
   * @return what is written down
   */
  public RestoreRecord begin(BackupSet set, RestoreRecord record) {
    return documents.putIfAbsent(layout.restoreRecord(set), record) == PutResult.CREATED
        ? record
        : restoreRecord(set).orElse(record);
  }

  /**
   * Writes down that a restore needs what another one saved: from now on that is not pruned, until
   * this one is complete or has let go of it. Durable on return.
   *
   * @param set for the states before
   * @param needed what the other one saved
   * @throws DosqlException {@code STORAGE_NOT_FOUND} when that is gone; {@code STORAGE_CONFLICT}
   *     when an attempt at this restore needed something else
   */
  public void begin(BackupSet set, BackupSet needed) {
    boolean _ =
        references.whileReferring(
            () -> {
              needed().add(set, needed);
              return true;
            });
  }

  /** A restore has ended: if it has saved nothing, it needs nothing that another one saved. */
  public void letGo(BackupSet set) {
    if (tenants(set).isEmpty()) {
      needed().remove(set);
    }
  }

  private NeededStates needed() {
    return new NeededStates(this);
  }

  /** What an earlier attempt at a restore had found. */
  public Optional<RestoreRecord> restoreRecord(BackupSet set) {
    return documents.find(
        layout.restoreRecord(set),
        RestoreRecord.class,
        RestoreRecord.FORMAT_VERSION,
        LARGE_BYTES_MAX);
  }

  /**
   * Takes a tenant out of a set that is not complete, so that it can be filed anew. The snapshot
   * stays in the store, and on record with the set.
   */
  public void withdraw(BackupSet set, BackupManifest manifest) {
    boolean _ =
        references.whileAlone(
            () -> {
              if (find(set).isPresent()) {
                throw conflict(set, "it is complete already");
              }
              Map<String, Long> _ = addObjects(set, sizesByKey(List.of(manifest)));
              store.delete(List.of(layout.absolute(layout.manifest(set, manifest.tenant()))));
              return true;
            });
  }

  /**
   * Deletes backups, complete or not, and the snapshots that nothing else refers to. Never one that
   * is referred to, in whatever order and wherever it is interrupted; calling it again finishes the
   * work. A backup that is gone already counts as deleted.
   *
   * @param use knows who else needs snapshots
   */
  public PruneResult prune(List<String> names, SnapshotUse use) {
    List<BackupSet> sets = names.stream().distinct().map(BackupSet::backup).toList();
    return references.whileAlone(() -> new BackupPruner(this, use).prune(sets));
  }

  /**
   * Deletes what restores saved before a moment, as {@link #prune} deletes backups. What a restore
   * saved that has not ended stays, since it may go on, and so does what such a one brings back.
   *
   * @return empty if that cannot be done now, since a backup is under way
   */
  public Optional<PruneResult> pruneStatesBefore(Instant moment, SnapshotUse use) {
    List<BackupSet> old = new ArrayList<>();
    for (String name : names(BackupSet.Kind.PRE_RESTORE)) {
      BackupSet set = BackupSet.preRestore(name);
      find(set).filter(state -> state.time().isBefore(moment)).ifPresent(_ -> old.add(set));
    }
    if (old.isEmpty()) {
      return Optional.of(new PruneResult(List.of(), 0, 0));
    }
    return references.tryAlone(
        () -> {
          // Alone, so that no restore begins to need them between the look and the deletion.
          old.removeAll(needed().all());
          return new BackupPruner(this, use).prune(old);
        });
  }

  /**
   * Deletes those of some snapshots that no set refers to.
   *
   * @param sizesByKey in the store
   * @return how many; empty if that cannot be done now, since a backup is under way
   */
  public OptionalInt deleteUnreferenced(Map<String, Long> sizesByKey) {
    Map<String, Long> candidates = new TreeMap<>();
    sizesByKey.forEach((key, bytes) -> candidates.put(layout.relative(key), bytes));
    return references
        .tryAlone(
            () ->
                new BackupPruner(this, SnapshotUse.NONE)
                    .deleteUnreferenced(candidates, List.of())
                    .size())
        .map(OptionalInt::of)
        .orElseGet(OptionalInt::empty);
  }

  ObjectStore store() {
    return store;
  }

  ArchiveLayout layout() {
    return layout;
  }

  ArchiveDocuments documents() {
    return documents;
  }

  ReferenceLock references() {
    return references;
  }

  /** A complete set. */
  public Optional<BackupSummary> find(BackupSet set) {
    String key = layout.summary(set);
    Optional<BackupSummary> found =
        documents.find(key, BackupSummary.class, BackupSummary.FORMAT_VERSION, SMALL_BYTES_MAX);
    found.ifPresent(
        summary -> {
          if (!summary.name().equals(set.name())) {
            throw documents.damaged(key, "the field name is " + summary.name(), null);
          }
        });
    return found;
  }

  Optional<BackupObjects> objects(BackupSet set) {
    return documents.find(
        layout.objects(set), BackupObjects.class, BackupObjects.FORMAT_VERSION, LARGE_BYTES_MAX);
  }

  /** The valid names of the sets that have any object. */
  List<String> names(BackupSet.Kind kind) {
    return store.folders(layout.absolute(layout.sets(kind))).stream().filter(kind::isName).toList();
  }

  /** The tenants that have a manifest in the set, in order. */
  Set<String> tenants(BackupSet set) {
    Set<String> tenants = new TreeSet<>();
    Iterator<ObjectInfo> objects = store.list(layout.absolute(layout.manifests(set)), null);
    objects.forEachRemaining(
        object -> layout.tenantOfManifest(set, object.key()).ifPresent(tenants::add));
    return tenants;
  }

  /**
   * Sees to it that {@code objects.json} names at least these. What it names already stays: it may
   * be left from a pruning that was interrupted, and would be forgotten.
   */
  Map<String, Long> addObjects(BackupSet set, Map<String, Long> sizesByKey) {
    Map<String, Long> all = new TreeMap<>(sizesByKey);
    Optional<BackupObjects> there = objects(set);
    there.ifPresent(objects -> all.putAll(objects.sizesByKey()));
    if (there.isPresent() && there.get().sizesByKey().keySet().equals(all.keySet())) {
      return all;
    }
    if (there.isPresent()) {
      store.delete(List.of(layout.absolute(layout.objects(set))));
    }
    documents.putIfAbsent(layout.objects(set), BackupObjects.of(all));
    return all;
  }

  static Map<String, Long> sizesByKey(List<BackupManifest> manifests) {
    Map<String, Long> sizes = new TreeMap<>();
    for (BackupManifest manifest : manifests) {
      if (!manifest.isEmpty()) {
        sizes.put(manifest.snapshotKey(), manifest.objectBytes());
      }
    }
    return sizes;
  }

  private BackupSummary putSummary(BackupSet set, BackupSummary summary) {
    if (documents.putIfAbsent(layout.summary(set), summary) == PutResult.CREATED) {
      return summary;
    }
    BackupSummary there = find(set).orElseThrow(() -> conflict(set, "it is being deleted"));
    if (!there.operation().equals(summary.operation())) {
      throw conflict(set, "the operation %s completed it before".formatted(there.operation()));
    }
    if (there.tenants() != summary.tenants() || there.bytes() != summary.bytes()) {
      throw conflict(
          set,
          "it is complete already, with %d tenants and %d bytes instead of %d and %d"
              .formatted(there.tenants(), there.bytes(), summary.tenants(), summary.bytes()));
    }
    return there;
  }

  private void requireSameTenants(BackupSet set, List<BackupManifest> manifests) {
    Set<String> given =
        manifests.stream()
            .map(BackupManifest::tenant)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> stored = tenants(set);
    if (!given.equals(stored)) {
      throw conflict(
          set,
          "its manifests are of %d tenants, not of the %d that were backed up"
              .formatted(stored.size(), given.size()));
    }
  }

  private void checkPlace(String key, BackupSet set, String tenant, BackupManifest manifest) {
    if (!manifest.backup().equals(set.name())) {
      throw documents.damaged(key, "the field backup is " + manifest.backup(), null);
    }
    if (!manifest.tenant().equals(tenant)) {
      throw documents.damaged(key, "the field tenant is " + manifest.tenant(), null);
    }
  }

  private static int indexOf(List<BackupSummary> all, String name) {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new DosqlException(STORAGE_NOT_FOUND, "There is no backup " + name + " to go on after.")
        .withSuggestion("List the backups from the beginning.");
  }

  private static DosqlException conflict(BackupSet set, String reason) {
    return new DosqlException(STORAGE_CONFLICT, "Cannot complete %s: %s.".formatted(set, reason))
        .withSuggestion("Take a backup under another name, and delete this one.");
  }
}
