package io.dosql.engine.archive;

import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.error.DosqlException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pruning, under the exclusive half of the {@link ReferenceLock}.
 *
 * <p>The order of the steps is what makes it safe:
 *
 * <ol>
 *   <li>{@code objects.json} of every set to go names all snapshots that the set refers to.
 *   <li>{@code backup.json} goes: the backup exists no more.
 *   <li>The manifests go: nothing refers to the snapshots on its behalf any more.
 *   <li>The snapshots go that no other set refers to.
 *   <li>{@code objects.json} goes.
 * </ol>
 *
 * After a crash between any two of them, {@code objects.json} still tells the next pruning what to
 * look at, and no manifest is left whose snapshot is gone.
 *
 * <p>Nobody asks again by name for the deletion of what a restore saved: it is found by being
 * complete and old. So there {@code backup.json} goes last of all. Meanwhile nobody takes it for
 * more than it is: without its manifests it cannot be restored.
 */
final class BackupPruner {

  private static final Logger LOG = LoggerFactory.getLogger(BackupPruner.class);

  private final BackupCatalog catalog;
  private final ArchiveLayout layout;
  private final SnapshotUse use;

  BackupPruner(BackupCatalog catalog, SnapshotUse use) {
    this.catalog = catalog;
    this.layout = catalog.layout();
    this.use = use;
  }

  PruneResult prune(List<BackupSet> sets) {
    Map<String, Long> candidates = new TreeMap<>();
    List<BackupSet> present = new ArrayList<>();
    Set<BackupSet> there = new HashSet<>();
    for (BackupSet.Kind kind : BackupSet.Kind.values()) {
      catalog.names(kind).forEach(name -> there.add(new BackupSet(kind, name)));
    }
    for (BackupSet set : sets) {
      if (there.contains(set)) {
        present.add(set);
        candidates.putAll(rememberObjects(set));
      }
    }
    for (BackupSet set : present) {
      deleteDocuments(set);
    }
    Map<String, Long> garbage = deleteUnreferenced(candidates, sets);
    for (BackupSet set : present) {
      catalog.store().delete(List.of(layout.absolute(layout.objects(set))));
      if (set.kind() == BackupSet.Kind.PRE_RESTORE) {
        catalog.store().delete(List.of(layout.absolute(layout.summary(set))));
      }
    }
    return new PruneResult(
        sets.stream().map(BackupSet::name).toList(),
        garbage.size(),
        garbage.values().stream().mapToLong(Long::longValue).sum());
  }

  /**
   * Deletes the snapshots that no set refers to, and nothing else uses.
   *
   * @param candidates sizes by key
   * @param going sets that do not count
   * @return what was deleted
   */
  Map<String, Long> deleteUnreferenced(Map<String, Long> candidates, List<BackupSet> going) {
    Map<String, Long> garbage = unreferenced(candidates, going);
    leaveToOthers(garbage);
    catalog.store().delete(garbage.keySet().stream().map(layout::absolute).toList());
    return garbage;
  }

  private Map<String, Long> rememberObjects(BackupSet set) {
    Map<String, Long> sizes = new TreeMap<>();
    for (String tenant : catalog.tenants(set)) {
      try {
        Optional<BackupManifest> manifest = catalog.manifest(set, tenant);
        manifest.ifPresent(found -> sizes.putAll(BackupCatalog.sizesByKey(List.of(found))));
      } catch (DosqlException e) {
        rethrowUnlessUnreadable(e);
        LOG.warn("Its snapshot will be left in the store, for it is not known: {}", e.getMessage());
      }
    }
    try {
      return catalog.addObjects(set, sizes);
    } catch (DosqlException e) {
      rethrowUnlessUnreadable(e);
      LOG.warn("It is written anew: {}", e.getMessage());
      catalog.store().delete(List.of(layout.absolute(layout.objects(set))));
      return catalog.addObjects(set, sizes);
    }
  }

  /** First a backup's summary, then everything else but {@code objects.json}. */
  private void deleteDocuments(BackupSet set) {
    String summary = layout.absolute(layout.summary(set));
    if (set.kind() == BackupSet.Kind.BACKUP) {
      catalog.store().delete(List.of(summary));
    }
    List<String> keys = new ArrayList<>();
    Iterator<ObjectInfo> all = catalog.store().list(layout.absolute(layout.folder(set)), null);
    all.forEachRemaining(object -> keys.add(object.key()));
    keys.remove(layout.absolute(layout.objects(set)));
    keys.remove(summary);
    catalog.store().delete(keys);
  }

  private Map<String, Long> unreferenced(Map<String, Long> candidates, List<BackupSet> going) {
    Map<String, Long> garbage = new TreeMap<>(candidates);
    for (BackupSet.Kind kind : BackupSet.Kind.values()) {
      for (String name : catalog.names(kind)) {
        BackupSet set = new BackupSet(kind, name);
        if (!garbage.isEmpty() && !going.contains(set)) {
          keepReferenced(garbage, set);
        }
      }
    }
    return garbage;
  }

  /** They may be needed though no set refers to them; whoever needs them lets them go later. */
  private void leaveToOthers(Map<String, Long> garbage) {
    Map<String, Set<String>> tenants = new TreeMap<>();
    for (String key : garbage.keySet()) {
      SnapshotKey.parse(key)
          .ifPresent(
              snapshot -> {
                boolean _ =
                    tenants
                        .computeIfAbsent(snapshot.line(), each -> new TreeSet<>())
                        .add(snapshot.tenant());
              });
    }
    tenants.keySet().removeIf(line -> !use.isKept(line));
    garbage
        .keySet()
        .removeIf(
            key -> SnapshotKey.parse(key).filter(it -> tenants.containsKey(it.line())).isPresent());
    tenants.forEach(use::released);
  }

  private void keepReferenced(Map<String, Long> garbage, BackupSet set) {
    try {
      // Only a complete set has all of its references in that one document.
      Optional<BackupObjects> objects =
          catalog.find(set).isPresent() ? catalog.objects(set) : Optional.empty();
      if (objects.isPresent()) {
        objects.get().sizesByKey().keySet().forEach(garbage::remove);
        return;
      }
    } catch (DosqlException e) {
      rethrowUnlessUnreadable(e);
      LOG.warn("Its manifests are read instead: {}", e.getMessage());
    }
    keepReferencedByManifests(garbage, set);
  }

  private void keepReferencedByManifests(Map<String, Long> garbage, BackupSet set) {
    Set<String> concerned = new HashSet<>();
    garbage.keySet().forEach(key -> SnapshotKey.tenant(key).ifPresent(concerned::add));
    for (String tenant : catalog.tenants(set)) {
      if (!concerned.contains(tenant)) {
        continue;
      }
      try {
        catalog
            .manifest(set, tenant)
            .filter(manifest -> !manifest.isEmpty())
            .ifPresent(manifest -> garbage.remove(manifest.snapshotKey()));
      } catch (DosqlException e) {
        rethrowUnlessUnreadable(e);
        LOG.warn("All snapshots of tenant {} are kept for its sake: {}", tenant, e.getMessage());
        garbage
            .keySet()
            .removeIf(key -> SnapshotKey.tenant(key).filter(tenant::equals).isPresent());
      }
    }
  }

  /** What cannot be read now may be read later; what is damaged or too new stays so. */
  private static void rethrowUnlessUnreadable(DosqlException failure) {
    switch (failure.code()) {
      case STORAGE_CHECKSUM_MISMATCH, SNAPSHOT_NOT_AVAILABLE -> {}
      default -> throw failure;
    }
  }
}
