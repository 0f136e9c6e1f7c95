package io.dosql.engine.archive;

import io.dosql.engine.archive.ltx.LtxSnapshots;
import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.ObjectMetadata;
import java.util.Map;
import java.util.Optional;

/**
 * What is known of a snapshot in the store.
 *
 * @param sha256 of the object
 * @param databaseSha256 of the pages, so that two snapshots of the same state can be recognised
 */
record StoredSnapshot(long objectBytes, String sha256, long databaseBytes, String databaseSha256) {

  private static final String DATABASE_BYTES = "database-bytes";
  private static final String DATABASE_SHA256 = "database-sha256";

  static StoredSnapshot of(LtxSnapshots.Content content, long objectBytes, String sha256) {
    return new StoredSnapshot(
        objectBytes, sha256, content.header().databaseBytes(), content.databaseSha256());
  }

  /** What the store itself tells, if it keeps metadata. */
  static Optional<StoredSnapshot> of(ObjectInfo info) {
    String sha256 = info.metadata().get(ObjectMetadata.SHA256);
    String databaseBytes = info.metadata().get(DATABASE_BYTES);
    String databaseSha256 = info.metadata().get(DATABASE_SHA256);
    if (sha256 == null || databaseBytes == null || databaseSha256 == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new StoredSnapshot(
              info.sizeBytes(), sha256, Long.parseLong(databaseBytes), databaseSha256));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  Map<String, String> metadata(Snapshot snapshot) {
    return Map.of(
        ObjectMetadata.LITESTREAM_TIMESTAMP,
        ObjectMetadata.litestreamTime(snapshot.commitTime()),
        DATABASE_BYTES,
        Long.toString(databaseBytes),
        DATABASE_SHA256,
        databaseSha256);
  }

  boolean holdsTheSameAs(StoredSnapshot other) {
    return databaseBytes == other.databaseBytes && databaseSha256.equals(other.databaseSha256);
  }
}
