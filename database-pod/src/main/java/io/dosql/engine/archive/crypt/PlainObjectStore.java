package io.dosql.engine.archive.crypt;

import static io.dosql.engine.error.ErrorCode.STORAGE_ENCRYPTION_MISMATCH;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.ProbeResult;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A store for a pod without encryption keys: refuses an archive that is marked as encrypted, rather
 * than write into it what is not, or call damaged what it only cannot read. Looks for the mark
 * before the first call, and at each probe.
 */
public final class PlainObjectStore implements ObjectStore {

  private final ObjectStore store;
  private final ArchiveLayout layout;
  private final ArchiveMarks marks;
  private volatile boolean isKnownToBePlain;

  /**
   * @param store closed with this
   */
  public PlainObjectStore(ObjectStore store, ArchiveLayout layout) {
    this.store = store;
    this.layout = layout;
    this.marks = new ArchiveMarks(store, layout);
  }

  @Override
  public PutResult putIfAbsent(String key, ObjectContent content, Map<String, String> metadata) {
    layout.relative(key);
    requirePlain();
    return store.putIfAbsent(key, content, metadata);
  }

  @Override
  public InputStream get(String key, long offset) {
    return get(key, offset, Long.MAX_VALUE);
  }

  @Override
  public InputStream get(String key, long offset, long bytesMax) {
    layout.relative(key);
    if (offset < 0) {
      throw new IllegalArgumentException("negative offset in " + key);
    }
    requirePlain();
    if (offset > 0) {
      return bytesMax == Long.MAX_VALUE ? store.get(key, offset) : store.get(key, offset, bytesMax);
    }
    Beginning beginning = Beginning.of(store, key, SealedFormat.HEADER_BYTES, bytesMax);
    if (SealedFormat.isSealed(beginning.bytes())) {
      beginning.close();
      throw new DosqlException(
              STORAGE_ENCRYPTION_MISMATCH,
              "%s is encrypted%s, and the pod has no keys."
                  .formatted(
                      key,
                      SealedFormat.keyName(beginning.bytes())
                          .map(name -> " with the key " + name)
                          .orElse("")))
          .withSuggestion(advice());
    }
    return beginning.whole();
  }

  @Override
  public Optional<ObjectInfo> head(String key) {
    layout.relative(key);
    requirePlain();
    return store.head(key);
  }

  @Override
  public Iterator<ObjectInfo> list(String prefix, @Nullable String startAfter) {
    requirePlain();
    return store.list(prefix, startAfter);
  }

  @Override
  public List<String> folders(String folder) {
    requirePlain();
    return store.folders(folder);
  }

  @Override
  public void delete(Collection<String> keys) {
    keys.forEach(layout::relative);
    requirePlain();
    store.delete(keys);
  }

  @Override
  public ProbeResult probe(String key) {
    if (store.probe(key) instanceof ProbeResult.Unusable unusable) {
      return unusable;
    }
    try {
      isKnownToBePlain = false;
      requirePlain();
      return new ProbeResult.Usable();
    } catch (DosqlException e) {
      return ProbeResult.of(e);
    }
  }

  @Override
  public int abortUploads(String prefix, Instant begunBefore) {
    layout.relative(prefix);
    requirePlain();
    return store.abortUploads(prefix, begunBefore);
  }

  @Override
  public void close() {
    store.close();
  }

  private void requirePlain() {
    if (isKnownToBePlain) {
      return;
    }
    Optional<EncryptionMark> mark = marks.find();
    if (mark.isPresent()) {
      throw new DosqlException(
              STORAGE_ENCRYPTION_MISMATCH,
              "The archive is encrypted since %s, as %s says, and the pod has no keys."
                  .formatted(mark.get().since(), marks.markKey()))
          .withSuggestion(advice());
    }
    isKnownToBePlain = true;
  }

  private static String advice() {
    return "Give the database the Secret with the keys that the archive was written with, or another"
        + " prefix.";
  }
}
