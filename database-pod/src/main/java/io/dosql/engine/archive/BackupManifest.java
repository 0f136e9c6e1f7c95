package io.dosql.engine.archive;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a backup holds of one tenant. A tenant that never had a commit (LSN 0) has no snapshot: its
 * sizes are 0, {@code sha256} and {@code key} are null.
 *
 * @param formatVersion {@link #FORMAT_VERSION}
 * @param backup name of the set that it belongs to
 * @param line history that the LSN counts in
 * @param lsn of the state
 * @param time of the state
 * @param schemaVersion id of the highest migration applied, if any
 * @param databaseBytes size of the database file
 * @param objectBytes size of the snapshot as it is stored
 * @param sha256 of the snapshot as it is stored
 * @param key of the snapshot, below the prefix of the store
 * @param tables with their rows, as many as are recorded
 */
public record BackupManifest(
    @JsonProperty(required = true) int formatVersion,
    @JsonProperty(required = true) String backup,
    @JsonProperty(required = true) String tenant,
    @JsonProperty(required = true) String line,
    @JsonProperty(required = true)
        @JsonFormat(shape = JsonFormat.Shape.STRING)
        @JsonDeserialize(using = LsnText.class)
        long lsn,
    @JsonProperty(required = true) Instant time,
    @Nullable String schemaVersion,
    @JsonProperty(required = true) long databaseBytes,
    @JsonProperty(required = true) long objectBytes,
    @Nullable String sha256,
    @Nullable String key,
    @JsonProperty(required = true) List<TableRows> tables) {

  public static final int FORMAT_VERSION = 1;

  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  public BackupManifest {
    require(formatVersion == FORMAT_VERSION, "formatVersion", formatVersion);
    tables = List.copyOf(tables);
    ArchiveLayout.checkTenant(tenant);
    ArchiveLayout.checkLine(line);
    require(lsn >= 0, "lsn", lsn);
    require(lsn == 0 ? databaseBytes == 0 : databaseBytes > 0, "databaseBytes", databaseBytes);
    require(lsn == 0 ? objectBytes == 0 : objectBytes > 0, "objectBytes", objectBytes);
    require(
        lsn == 0 ? sha256 == null : sha256 != null && SHA256.matcher(sha256).matches(),
        "sha256",
        sha256);
    require(
        lsn == 0 ? key == null : key != null && SnapshotKey.is(key, line, tenant, lsn), "key", key);
  }

  /** Whether the tenant has never had a commit, and so no snapshot. */
  @JsonIgnore
  public boolean isEmpty() {
    return lsn == 0;
  }

  /** The snapshot's key; only for a tenant that has one. */
  String snapshotKey() {
    if (key == null) {
      throw new IllegalStateException("tenant " + tenant + " has no snapshot in " + backup);
    }
    return key;
  }

  private static void require(boolean holds, String field, @Nullable Object value) {
    if (!holds) {
      throw new IllegalArgumentException("the field %s is %s".formatted(field, value));
    }
  }
}
