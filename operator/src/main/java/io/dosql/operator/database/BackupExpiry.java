package io.dosql.operator.database;

import io.dosql.crds.BackupLocations;
import io.dosql.crds.BackupPolicy;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.backup.BackupTerms;
import io.dosql.operator.pod.StoredBackup;
import io.dosql.operator.status.Phase;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** When backups that were asked for with a time to live expire; pure. */
final class BackupExpiry {

  private BackupExpiry() {}

  /**
   * By name. Only of resources whose own backup it is: one that failed because its name was taken
   * says nothing of the backup of that name.
   */
  static Map<String, Instant> of(
      DoSQLDatabase database,
      BackupPolicy policy,
      List<DoSQLBackup> backups,
      List<StoredBackup> stored) {
    String root =
        BackupLocations.root(
            policy.store(),
            database.getMetadata().getNamespace(),
            database.getMetadata().getName());
    Map<String, Instant> expiry = new TreeMap<>();
    for (DoSQLBackup backup : backups) {
      String name = backup.getMetadata().getName();
      Optional.ofNullable(backup.getSpec().expire())
          .filter(_ -> isCompleteIn(root, backup))
          .map(BackupTerms::duration)
          .ifPresent(
              life ->
                  stored.stream()
                      .filter(found -> found.name().equals(name))
                      .findFirst()
                      .ifPresent(found -> expiry.put(name, found.time().plus(life))));
    }
    return Map.copyOf(expiry);
  }

  static boolean isCompleteIn(String root, DoSQLBackup backup) {
    return backup.getStatus() != null
        && Phase.COMPLETED.equals(backup.getStatus().phase())
        && backup.getStatus().location() != null
        && backup.getStatus().location().startsWith(root + "/");
  }
}
