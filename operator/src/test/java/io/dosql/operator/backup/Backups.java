package io.dosql.operator.backup;

import io.dosql.crds.BackupSpec;
import io.dosql.crds.BackupStatus;
import io.dosql.crds.DatabaseRef;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.OperationError;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** DoSQLBackups for tests. */
public final class Backups {

  public static final String UID = "5d8c0f3a-70d0-4a55-a8a5-6f0a1c9c7f10";

  private Backups() {}

  public static DoSQLBackup backup(String name, @Nullable BackupStatus status, String... tenants) {
    return backup(name, Map.of(), status, tenants);
  }

  public static DoSQLBackup scheduled(String name, @Nullable BackupStatus status) {
    return backup(name, Map.of(DueBackup.SCHEDULED_LABEL, "true"), status);
  }

  private static DoSQLBackup backup(
      String name, Map<String, String> labels, @Nullable BackupStatus status, String... tenants) {
    DoSQLBackup backup = new DoSQLBackup();
    backup.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace("shop")
            .withName(name)
            .withUid(UID)
            .withGeneration(1L)
            .withLabels(labels)
            .build());
    backup.setSpec(new BackupSpec(new DatabaseRef("orders"), List.of(tenants)));
    backup.setStatus(status);
    return backup;
  }

  public static BackupStatus status(
      String phase, @Nullable String startTime, @Nullable String completionTime) {
    return new BackupStatus(
        1L, phase, List.of(), startTime, completionTime, null, null, null, null, null, null, null);
  }

  public static BackupStatus running(String operationId, String startTime) {
    return new BackupStatus(
        1L, "Running", List.of(), startTime, null, null, null, null, null, null, null, operationId);
  }

  public static BackupStatus completed(String completionTime, String location) {
    return new BackupStatus(
        1L,
        "Completed",
        List.of(),
        completionTime,
        completionTime,
        10L,
        1,
        null,
        null,
        location,
        null,
        "id");
  }

  public static BackupStatus failed(String completionTime) {
    return new BackupStatus(
        1L,
        "Failed",
        List.of(),
        completionTime,
        completionTime,
        null,
        null,
        null,
        null,
        null,
        new OperationError("STORAGE_UNAVAILABLE", "The store is away."),
        "id");
  }
}
