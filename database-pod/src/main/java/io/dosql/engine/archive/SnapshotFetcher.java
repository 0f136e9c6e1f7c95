package io.dosql.engine.archive;

import static io.dosql.engine.error.ErrorCode.STORAGE_CHECKSUM_MISMATCH;

import io.dosql.engine.archive.ltx.CorruptLtxException;
import io.dosql.engine.archive.ltx.LtxSnapshots;
import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.error.DosqlException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Brings a tenant's state back from the store into a database file of its own.
 *
 * <p>Trusts neither the snapshot nor the manifest: the object must have the size and the SHA-256 of
 * the manifest, pass every check of its format, and hold the LSN and the database size of the
 * manifest. Takes the space of the snapshot in the scratch folder until the call ends. Any number
 * of threads.
 */
public final class SnapshotFetcher {

  private final BackupCatalog catalog;
  private final Path scratch;

  /** {@code scratch}: an existing folder for temporary files. */
  public SnapshotFetcher(BackupCatalog catalog, Path scratch) {
    this.catalog = catalog;
    this.scratch = scratch;
  }

  /**
   * Writes the state to {@code target}, which must not exist. On return the file is verified and
   * fsynced, though its folder is not; on failure it is gone again. A tenant that never had a
   * commit gives an empty file, which is an empty SQLite database.
   *
   * @throws IOException when the local disk fails
   * @throws DosqlException when the store fails; {@code STORAGE_CHECKSUM_MISMATCH} naming what does
   *     not fit; {@code STORAGE_NOT_FOUND} when the snapshot is gone
   */
  public void fetch(BackupManifest manifest, Path target) throws IOException {
    if (manifest.isEmpty()) {
      try (FileChannel channel =
          FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      return;
    }
    Path spool = Files.createTempFile(scratch, "fetch-" + manifest.tenant() + "-", ".ltx");
    try {
      download(manifest, spool);
      restore(manifest, spool, target);
    } finally {
      Files.deleteIfExists(spool);
    }
  }

  private void download(BackupManifest manifest, Path spool) throws IOException {
    MessageDigest digest = ObjectContent.newSha256();
    boolean whole;
    try (OutputStream out = new DigestOutputStream(Files.newOutputStream(spool), digest)) {
      whole =
          new Download(catalog.store(), absoluteKey(manifest)).copyTo(out, manifest.objectBytes());
    }
    if (!whole) {
      throw mismatch(
          manifest, "objectBytes", manifest.objectBytes(), "more than " + manifest.objectBytes());
    }
    require(manifest, "objectBytes", manifest.objectBytes(), Files.size(spool));
    require(manifest, "sha256", manifest.sha256(), HexFormat.of().formatHex(digest.digest()));
  }

  private void restore(BackupManifest manifest, Path spool, Path target) throws IOException {
    LtxSnapshots.Content content;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(spool))) {
      content = LtxSnapshots.restore(absoluteKey(manifest), in, target);
    } catch (CorruptLtxException e) {
      throw new DosqlException(STORAGE_CHECKSUM_MISMATCH, e.getMessage() + ".", e);
    }
    try {
      require(manifest, "lsn", manifest.lsn(), content.header().maxTxid());
      require(
          manifest, "databaseBytes", manifest.databaseBytes(), content.header().databaseBytes());
    } catch (DosqlException e) {
      Files.deleteIfExists(target);
      throw e;
    }
  }

  private String absoluteKey(BackupManifest manifest) {
    return catalog.layout().absolute(manifest.snapshotKey());
  }

  private void require(
      BackupManifest manifest, String field, @Nullable Object stated, Object found) {
    if (!found.equals(stated)) {
      throw mismatch(manifest, field, stated, found);
    }
  }

  private DosqlException mismatch(
      BackupManifest manifest, String field, @Nullable Object stated, Object found) {
    return new DosqlException(
        STORAGE_CHECKSUM_MISMATCH,
        "The manifest of tenant %s in %s says %s %s, but %s has %s."
            .formatted(
                manifest.tenant(), manifest.backup(), field, stated, absoluteKey(manifest), found));
  }
}
