package io.dosql.engine.archive;

import static io.dosql.engine.error.ErrorCode.STORAGE_CONFLICT;
import static io.dosql.engine.error.ErrorCode.STORAGE_NOT_FOUND;

import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What restores saved that other restores bring back. It is written down in the store, since such a
 * restore may go on in another process. Failures are those of {@link BackupCatalog}.
 */
final class NeededStates {

  private final BackupCatalog catalog;
  private final ArchiveLayout layout;

  NeededStates(BackupCatalog catalog) {
    this.catalog = catalog;
    this.layout = catalog.layout();
  }

  /** See {@link BackupCatalog#begin(BackupSet, BackupSet)}; nothing may be pruned meanwhile. */
  void add(BackupSet set, BackupSet needed) {
    if (catalog.tenants(needed).isEmpty()) {
      throw new DosqlException(STORAGE_NOT_FOUND, needed + " is gone.")
          .withSuggestion("List what restores have saved, and name one of them.");
    }
    PutResult _ = catalog.documents().putIfAbsent(layout.neededState(set), NeededState.of(needed));
    if (!neededBy(set).filter(needed::equals).isPresent()) {
      throw new DosqlException(
              STORAGE_CONFLICT,
              "An earlier attempt at %s brought back something else than %s."
                  .formatted(set, needed))
          .withSuggestion("Start another restore.");
    }
  }

  /** A restore needs nothing any more. */
  void remove(BackupSet set) {
    catalog.store().delete(List.of(layout.absolute(layout.neededState(set))));
  }

  /** What restores bring back that have not ended. */
  Set<BackupSet> all() {
    Set<BackupSet> needed = new HashSet<>();
    for (String name : catalog.names(BackupSet.Kind.PRE_RESTORE)) {
      BackupSet set = BackupSet.preRestore(name);
      if (catalog.find(set).isEmpty()) {
        neededBy(set).ifPresent(needed::add);
      }
    }
    return needed;
  }

  private Optional<BackupSet> neededBy(BackupSet set) {
    return catalog
        .documents()
        .find(
            layout.neededState(set),
            NeededState.class,
            NeededState.FORMAT_VERSION,
            ArchiveDocuments.SMALL_BYTES_MAX)
        .map(needed -> BackupSet.preRestore(needed.restore()));
  }
}
