package io.dosql.engine.admin;

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
   * Replaces tenants by what a backup holds.
   *
   * @param tenants empty for all in the backup
   */
  record Restore(String backup, Optional<List<String>> tenants) implements OperationRequest {
    public Restore {
      tenants = tenants.map(List::copyOf);
    }
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
