package io.dosql.engine.admin;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Long work that the operator asks for. Equal requests under one id are one operation. */
public sealed interface OperationRequest {

  /** The kind's name on the wire. */
  default String kind() {
    return switch (this) {
      case Migrate migrate -> "migrate";
      case Backup backup -> "backup";
      case Restore restore -> "restore";
      case Prune prune -> "prune";
      case Clone clone -> "clone";
    };
  }

  /**
   * Brings tenants to the newest of the migrations.
   *
   * @param tenants empty for all of the pod
   * @param migrations in any order; not empty
   * @param plan true changes nothing and only reports
   */
  record Migrate(Optional<List<String>> tenants, List<Migration> migrations, boolean plan)
      implements OperationRequest {
    public Migrate {
      tenants = tenants.map(List::copyOf);
      migrations = List.copyOf(migrations);
    }
  }

  /** One migration: its id, such as {@code 001_users}, and its statements. */
  record Migration(String id, String sql) {}

  /**
   * Takes a backup.
   *
   * @param tenants empty for all of the pod
   */
  record Backup(String name, Optional<List<String>> tenants) implements OperationRequest {
    public Backup {
      tenants = tenants.map(List::copyOf);
    }
  }

  /**
   * Replaces tenants by what the archive holds.
   *
   * @param line of the archive; empty for the one that the target lies in
   * @param tenants empty for all that the source has
   * @param dryRun true changes nothing and only reports
   * @param fromElsewhere whether the store of another database is read
   */
  record Restore(
      RestorePoint point,
      Optional<String> line,
      Optional<List<String>> tenants,
      boolean dryRun,
      boolean fromElsewhere)
      implements OperationRequest {
    public Restore {
      tenants = tenants.map(List::copyOf);
    }
  }

  /** What to restore to. */
  sealed interface RestorePoint {

    /** What a backup holds. */
    record OfBackup(String name) implements RestorePoint {}

    /** What another restore saved before it began, by the id of its operation. */
    record BeforeRestore(String restore) implements RestorePoint {}

    /** The newest archived commit. */
    record Latest() implements RestorePoint {}

    /** All commits up to and including a moment. */
    record AtTime(Instant time) implements RestorePoint {}

    /** All commits of one tenant up to and including this one. */
    record AtLsn(long lsn) implements RestorePoint {}
  }

  /**
   * Makes a tenant from another one's present.
   *
   * @param target must not be there
   */
  record Clone(String source, String target) implements OperationRequest {}

  /** Deletes backups and what only they need. */
  record Prune(List<String> backups) implements OperationRequest {
    public Prune {
      backups = List.copyOf(backups);
    }
  }
}
