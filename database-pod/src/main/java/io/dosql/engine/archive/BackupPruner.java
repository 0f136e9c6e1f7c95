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
 */
final class BackupPruner {

  private static final Logger LOG = LoggerFactory.getLogger(BackupPruner.class);

  private final BackupCatalog catalog;
  private final ArchiveLayout layout;

  BackupPruner(BackupCatalog catalog) {
    this.catalog = catalog;
    this.layout = catalog.layout();
  }

  PruneResult prune(List<BackupSet> sets) {
    Map<String, Long> candidates = new TreeMap<>();
    List<BackupSet> present = new ArrayList<>();
    Set<String> names = new HashSet<>(catalog.names(BackupSet.Kind.BACKUP));
    for (BackupSet set : sets) {
      if (names.contains(set.name())) {
        present.add(set);
        candidates.putAll(rememberObjects(set));
      }
    }
    for (BackupSet set : present) {
      deleteDocuments(set);
    }
    Map<String, Long> garbage = unreferenced(candidates, sets);
    catalog.store().delete(garbage.keySet().stream().map(layout::absolute).toList());
    for (BackupSet set : present) {
      catalog.store().delete(List.of(layout.absolute(layout.objects(set))));
    }
    return new PruneResult(
        sets.stream().map(BackupSet::name).toList(),
        garbage.size(),
        garbage.values().stream().mapToLong(Long::longValue).sum());
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

  /** First the summary, then everything else but {@code objects.json}. */
  private void deleteDocuments(BackupSet set) {
    catalog.store().delete(List.of(layout.absolute(layout.summary(set))));
    List<String> keys = new ArrayList<>();
    Iterator<ObjectInfo> all = catalog.store().list(layout.absolute(layout.folder(set)), null);
    all.forEachRemaining(object -> keys.add(object.key()));
    keys.remove(layout.absolute(layout.objects(set)));
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

  private void keepReferenced(Map<String, Long> garbage, BackupSet set) {
    try {
      // Only a complete set has all of its references in that one document.
      Optional<BackupObjects> objects =
          catalog.summary(set).isPresent() ? catalog.objects(set) : Optional.empty();
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
    garbage.keySet().forEach(key -> ArchiveLayout.tenantOfSnapshot(key).ifPresent(concerned::add));
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
            .removeIf(
                key -> ArchiveLayout.tenantOfSnapshot(key).filter(tenant::equals).isPresent());
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
