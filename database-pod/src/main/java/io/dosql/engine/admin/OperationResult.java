package io.dosql.engine.admin;

import io.dosql.engine.error.DosqlException.Position;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an operation did. */
public sealed interface OperationResult {

  /**
   * @param failure null if no tenant failed
   */
  record Migrated(List<TenantMigrations> tenants, @Nullable MigrationFailure failure)
      implements OperationResult {
    public Migrated {
      tenants = List.copyOf(tenants);
    }
  }

  /**
   * One tenant's migrations.
   *
   * @param applied ids applied by this run; for a plan, those applied already
   * @param pending ids that would run
   */
  record TenantMigrations(String tenant, List<String> applied, List<String> pending) {
    public TenantMigrations {
      applied = List.copyOf(applied);
      pending = List.copyOf(pending);
    }
  }

  /**
   * Why a migration failed.
   *
   * @param statement number of the statement in the migration, from 1; null where none failed, as
   *     for a changed checksum
   * @param position in the migration's text; null where SQLite does not tell
   * @param sql the failing statement
   */
  record MigrationFailure(
      String tenant,
      String migration,
      @Nullable Integer statement,
      @Nullable Position position,
      @Nullable String sql,
      String message) {}

  /**
   * @param bytes of all snapshots as stored
   */
  record BackedUp(String name, Instant time, long bytes, List<TenantBackup> tenants)
      implements OperationResult {
    public BackedUp {
      tenants = List.copyOf(tenants);
    }
  }

  /**
   * One tenant's snapshot.
   *
   * @param key of the snapshot in the store
   */
  record TenantBackup(
      String tenant, long lsn, @Nullable String schemaVersion, long bytes, String key) {}

  /**
   * Tenants restored.
   *
   * @param leftOut of all tenants those that had been deleted by then
   */
  record Restored(List<TenantRestore> tenants, List<LeftOut> leftOut) implements OperationResult {
    public Restored {
      tenants = List.copyOf(tenants);
      leftOut = List.copyOf(leftOut);
    }
  }

  /**
   * One tenant's restore.
   *
   * @param from the state that was restored
   * @param lsn of the commit that restored it
   * @param preRestoreKey of the state saved before; empty if none could be saved
   * @param damagedFiles the folder, in the data directory, with the files that could not be opened;
   *     null for a tenant that could be
   */
  record TenantRestore(
      RestoredFrom from, long lsn, String preRestoreKey, @Nullable String damagedFiles) {}

  /**
   * What a restore would do.
   *
   * @param leftOut of all tenants those that had been deleted by then
   * @param estimate of how long it would take
   */
  record RestorePlanned(List<TenantPlan> tenants, List<LeftOut> leftOut, Duration estimate)
      implements OperationResult {
    public RestorePlanned {
      tenants = List.copyOf(tenants);
      leftOut = List.copyOf(leftOut);
    }
  }

  /** A tenant that had been deleted, at the latest at that time. */
  record LeftOut(String tenant, Instant deletedTime) {}

  /**
   * What a restore would read for one tenant.
   *
   * @param objects of the store
   * @param bytes of them
   * @param databaseBytes size of the database that it would be
   */
  record TenantPlan(RestoredFrom from, int objects, long bytes, long databaseBytes) {}

  /**
   * A tenant's state in the archive.
   *
   * @param line that the LSN counts in
   * @param lsn 0 for a tenant without commits
   */
  record RestoredFrom(String tenant, String line, long lsn, Instant time) {}

  /**
   * A tenant was made.
   *
   * @param sourceLsn the commit of the source that it began as
   * @param lsn its first commit
   */
  record Cloned(String source, String target, long sourceLsn, long lsn)
      implements OperationResult {}

  /** What a prune deleted. */
  record Pruned(List<String> deleted, long objects, long bytes) implements OperationResult {
    public Pruned {
      deleted = List.copyOf(deleted);
    }
  }
}
