package io.dosql.engine.archive.chain;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Which tenants of one line were deleted, in a store: an empty object for each deletion, whose key
 * says all, so that a listing does.
 *
 * <p>All calls fail with {@code STORAGE_*} codes as {@link ObjectStore} does. Any number of
 * threads.
 */
public final class Deletions {

  private final ObjectStore store;
  private final ArchiveLayout layout;
  private final String line;

  public Deletions(ObjectStore store, ArchiveLayout layout, String line) {
    this.store = store;
    this.layout = layout;
    this.line = line;
  }

  /** The tenants of which deletions are known, in order. */
  public List<String> tenants() {
    return store.folders(layout.absolute(layout.deletions(line)));
  }

  /**
   * A tenant's deletions, in order. One listing.
   *
   * @throws DosqlException {@code STORAGE_CONFLICT} when there is something else
   */
  public List<Deletion> of(String tenant) {
    List<Deletion> deletions = new ArrayList<>();
    String folder = folder(tenant);
    Iterator<ObjectInfo> objects = store.list(folder, null);
    while (objects.hasNext()) {
      String key = objects.next().key();
      deletions.add(
          Deletion.parse(tenant, key.substring(folder.length())).orElseThrow(() -> stranger(key)));
    }
    return deletions;
  }

  private static DosqlException stranger(String absoluteKey) {
    return new DosqlException(
            ErrorCode.STORAGE_CONFLICT,
            "%s lies in the folder of a tenant's deletions and is none.".formatted(absoluteKey))
        .withSuggestion("Find out who writes there, and move it away.");
  }

  /** Writes one down. It is durable on return; one that is there already is harmless. */
  public void put(Deletion deletion) {
    PutResult _ = store.putIfAbsent(key(deletion), ObjectContent.of(new byte[0]), Map.of());
  }

  /** Forgets them. */
  public void delete(List<Deletion> deletions) {
    store.delete(deletions.stream().map(this::key).toList());
  }

  private String key(Deletion deletion) {
    return folder(deletion.tenant()) + deletion.name();
  }

  private String folder(String tenant) {
    return layout.absolute(layout.deletions(line, tenant));
  }
}
