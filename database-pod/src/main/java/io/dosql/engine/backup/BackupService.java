package io.dosql.engine.backup;

import io.dosql.engine.archive.RestoreRecord.LeftOut;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes, lists, restores and deletes backups. Failures are DosqlException. Thread safe. */
public interface BackupService {

  /** How far an operation is: tenants done, of all there are to do. */
  interface Progress {
    void progressed(long done, long total);

    /** Bytes read from the store. */
    default void bytes(long done, long total) {}
  }

  /** A complete backup in a list. */
  record ListedBackup(
      String name, Instant time, long bytes, int tenants, @Nullable String schemaVersion) {}

  /**
   * Backups, newest first.
   *
   * @param next the name to pass as {@code after} for the next page; empty on the last one
   */
  record Listing(List<ListedBackup> backups, Optional<String> next) {
    public Listing {
      backups = List.copyOf(backups);
    }
  }

  /**
   * One tenant's part of a backup.
   *
   * @param key of its snapshot in the store; empty if it has none
   */
  record TakenTenant(
      String tenant, long lsn, @Nullable String schemaVersion, long bytes, String key) {}

  /** A backup that is complete and durable. */
  record Taken(String name, Instant time, long bytes, List<TakenTenant> tenants) {
    public Taken {
      tenants = List.copyOf(tenants);
    }
  }

  /**
   * What a restore would bring back of a tenant.
   *
   * @param line that the LSN counts in
   * @param lsn 0 if it had no commit
   * @param time of the state
   * @param objects to be read from the store
   * @param bytes of them
   * @param databaseBytes size of the database that it would be
   */
  record PlannedTenant(
      String tenant,
      String line,
      long lsn,
      Instant time,
      int objects,
      long bytes,
      long databaseBytes) {}

  /**
   * What a restore would do.
   *
   * @param leftOut of all tenants those that had been deleted by then
   * @param estimate of how long it would take
   */
  record Plan(List<PlannedTenant> tenants, List<LeftOut> leftOut, Duration estimate) {
    public Plan {
      tenants = List.copyOf(tenants);
      leftOut = List.copyOf(leftOut);
    }
  }

  /**
   * A tenant that was restored.
   *
   * @param fromLine the line that {@code fromLsn} counts in
   * @param fromLsn its LSN in the archive
   * @param fromTime of that state
   * @param lsn of the commit that restored it
   * @param preRestoreKey where the state before lies; empty if there was none, or none that could
   *     be read
   * @param damagedFiles the folder in the data directory with what could not be read, null if the
   *     tenant could be opened
   */
  record RestoredTenant(
      String tenant,
      String fromLine,
      long fromLsn,
      Instant fromTime,
      long lsn,
      String preRestoreKey,
      @Nullable String damagedFiles) {}

  /**
   * What a restore did.
   *
   * @param tenants those that it has not been through before
   * @param leftOut of all tenants those that had been deleted by then
   */
  record Restored(List<RestoredTenant> tenants, List<LeftOut> leftOut) {
    public Restored {
      tenants = List.copyOf(tenants);
      leftOut = List.copyOf(leftOut);
    }
  }

  /** What a prune deleted besides manifests. */
  record Pruned(long objects, long bytes) {}

  /**
   * Takes a backup; repeating an interrupted one under its name finishes it, and repeating a
   * complete one changes nothing. A tenant that was never written to is in it without a snapshot.
   *
   * @param operation the work that asks: a complete backup answers only to the one that made it
   * @param tenants empty for all of the pod
   * @throws io.dosql.engine.error.DosqlException {@code STORAGE_CONFLICT} when the name belongs to
   *     another backup
   */
  Taken take(String operation, String name, Optional<List<String>> tenants, Progress progress);

  Listing list(@Nullable String after, int limit);

  /** What restores that have ended saved before, as backups are listed: under the restores' ids. */
  Listing listPreRestore(@Nullable String after, int limit);

  /**
   * What a restore would do, without doing any of it.
   *
   * @throws io.dosql.engine.error.DosqlException as {@link #restore} would, as far as it can be
   *     known without reading everything
   */
  Plan plan(RestoreOrder order);

  /**
   * Restores tenants in place, each as one commit, after saving its present state.
   *
   * @param restoreId a tenant that this restore has been through already is left alone
   */
  Restored restore(String restoreId, RestoreOrder order, Progress progress);

  /** Deletes backups and the snapshots that nothing else needs. */
  Pruned prune(List<String> names);
}
