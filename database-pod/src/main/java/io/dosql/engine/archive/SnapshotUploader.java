package io.dosql.engine.archive;

import static io.dosql.engine.error.ErrorCode.STORAGE_CHECKSUM_MISMATCH;
import static io.dosql.engine.error.ErrorCode.STORAGE_CONFLICT;
import static io.dosql.engine.error.ErrorCode.STORAGE_UNAVAILABLE;

import io.dosql.engine.archive.ltx.CorruptLtxException;
import io.dosql.engine.archive.ltx.LtxSnapshots;
import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Files tenants' states away as members of a set.
 *
 * <p>A snapshot is made in the scratch folder first, so that its length and checksum are known
 * before it is sent; that takes about the space of the database there, until the call ends. When
 * the store has a snapshot of the same LSN already, and it holds the same, it is used again: an
 * idle tenant costs no transfer. Any number of threads.
 */
public final class SnapshotUploader {

  private final BackupCatalog catalog;
  private final ArchiveLayout layout;
  private final Path scratch;

  /** {@code scratch}: an existing folder for temporary files. */
  public SnapshotUploader(BackupCatalog catalog, Path scratch) {
    this.catalog = catalog;
    this.layout = catalog.layout();
    this.scratch = scratch;
  }

  /**
   * Stores a snapshot and its manifest. Both are durable on return. A tenant that is in the set
   * already stays as it is there, so that an interrupted backup can be repeated.
   *
   * @return the manifest that is in the store
   * @throws IOException when the database or the scratch folder fails
   * @throws DosqlException when the store fails; {@code STORAGE_CHECKSUM_MISMATCH} when it holds
   *     another state under the same LSN
   */
  public BackupManifest upload(BackupSet set, Snapshot snapshot) throws IOException {
    Optional<BackupManifest> done = catalog.manifest(set, snapshot.tenant());
    if (done.isPresent()) {
      requireSnapshot(set, done.get());
      return done.get();
    }
    if (snapshot.lsn() == 0) {
      return catalog
          .references()
          .whileReferring(() -> putManifest(set, manifest(set, snapshot, null)));
    }
    try (SpooledObject<LtxSnapshots.Content> spooled = spool(snapshot)) {
      return catalog
          .references()
          .whileReferring(
              () -> putManifest(set, manifest(set, snapshot, store(snapshot, spooled))));
    }
  }

  /**
   * Stores a snapshot for a chain, without a manifest. It is durable on return.
   *
   * @param snapshot of an LSN from 1
   * @throws IOException when the database or the scratch folder fails
   * @throws DosqlException as for {@link #upload}
   */
  public void uploadForChain(Snapshot snapshot) throws IOException {
    try (SpooledObject<LtxSnapshots.Content> spooled = spool(snapshot)) {
      StoredSnapshot _ = catalog.references().whileReferring(() -> store(snapshot, spooled));
    }
  }

  private SpooledObject<LtxSnapshots.Content> spool(Snapshot snapshot) throws IOException {
    return SpooledObject.write(
        scratch,
        "upload-" + snapshot.tenant(),
        out -> LtxSnapshots.write(snapshot.database(), snapshot.lsn(), snapshot.commitTime(), out));
  }

  private StoredSnapshot store(Snapshot snapshot, SpooledObject<LtxSnapshots.Content> spooled) {
    ObjectContent.StoredFile content = spooled.content();
    StoredSnapshot made = StoredSnapshot.of(spooled.made(), content.sizeBytes(), content.sha256());
    String key = layout.snapshot(snapshot.line(), snapshot.tenant(), snapshot.lsn());
    String absolute = layout.absolute(key);
    Optional<ObjectInfo> there = catalog.store().head(absolute);
    if (there.isEmpty()) {
      PutResult result = catalog.store().putIfAbsent(absolute, content, made.metadata(snapshot));
      if (result == PutResult.CREATED) {
        return made;
      }
      there = catalog.store().head(absolute);
    }
    StoredSnapshot stored = describe(absolute, there.orElseThrow(() -> vanished(absolute)));
    if (!stored.holdsTheSameAs(made)) {
      throw otherState(absolute, snapshot);
    }
    return stored;
  }

  /** Where no metadata is kept, the snapshot itself has to be read. */
  private StoredSnapshot describe(String absoluteKey, ObjectInfo info) {
    return StoredSnapshot.of(info).orElseGet(() -> read(absoluteKey, info.sizeBytes()));
  }

  private StoredSnapshot read(String absoluteKey, long sizeBytes) {
    MessageDigest digest = ObjectContent.newSha256();
    try (InputStream in = new DigestInputStream(catalog.store().get(absoluteKey, 0), digest)) {
      LtxSnapshots.Content content = LtxSnapshots.verify(absoluteKey, in);
      return StoredSnapshot.of(content, sizeBytes, HexFormat.of().formatHex(digest.digest()));
    } catch (CorruptLtxException e) {
      throw new DosqlException(STORAGE_CHECKSUM_MISMATCH, e.getMessage() + ".", e)
          .withSuggestion("Delete the damaged snapshot, so that the next backup writes it anew.");
    } catch (IOException e) {
      throw new DosqlException(
          STORAGE_UNAVAILABLE, "Reading %s failed: %s.".formatted(absoluteKey, e.getMessage()), e);
    }
  }

  private BackupManifest putManifest(BackupSet set, BackupManifest manifest) {
    String key = layout.manifest(set, manifest.tenant());
    if (catalog.documents().putIfAbsent(key, manifest) == PutResult.CREATED) {
      return manifest;
    }
    // Somebody backed the tenant up under the same name meanwhile; the first one counts.
    return catalog
        .manifest(set, manifest.tenant())
        .orElseThrow(() -> vanished(layout.absolute(key)));
  }

  private BackupManifest manifest(
      BackupSet set, Snapshot snapshot, @Nullable StoredSnapshot stored) {
    return new BackupManifest(
        BackupManifest.FORMAT_VERSION,
        set.name(),
        snapshot.tenant(),
        snapshot.line(),
        snapshot.lsn(),
        snapshot.time(),
        snapshot.schemaVersion(),
        stored == null ? 0 : stored.databaseBytes(),
        stored == null ? 0 : stored.objectBytes(),
        stored == null ? null : stored.sha256(),
        stored == null ? null : layout.snapshot(snapshot.line(), snapshot.tenant(), snapshot.lsn()),
        snapshot.tables());
  }

  /** A manifest of an earlier attempt counts only if its snapshot is still there. */
  private void requireSnapshot(BackupSet set, BackupManifest manifest) {
    if (manifest.isEmpty()) {
      return;
    }
    String absolute = layout.absolute(manifest.snapshotKey());
    Optional<ObjectInfo> there = catalog.store().head(absolute);
    if (there.isEmpty() || there.get().sizeBytes() != manifest.objectBytes()) {
      throw new DosqlException(
              STORAGE_CHECKSUM_MISMATCH,
              "The snapshot %s that %s refers to %s."
                  .formatted(
                      absolute,
                      layout.absolute(layout.manifest(set, manifest.tenant())),
                      there.isEmpty() ? "is gone" : "has another size"))
          .withSuggestion("Delete the backup " + set.name() + " and take it under another name.");
    }
  }

  private static DosqlException vanished(String absoluteKey) {
    return new DosqlException(
        STORAGE_CONFLICT, "The snapshot " + absoluteKey + " was just deleted by someone else.");
  }

  private static DosqlException otherState(String absoluteKey, Snapshot snapshot) {
    return new DosqlException(
            STORAGE_CHECKSUM_MISMATCH,
            "%s holds another state of tenant %s than the pod has at LSN %d."
                .formatted(absoluteKey, snapshot.tenant(), snapshot.lsn()))
        .withSuggestion(
            "The data directory was copied or set back to an earlier moment, so that it counts the"
                + " same LSNs twice. Back it up under another prefix.");
  }
}
