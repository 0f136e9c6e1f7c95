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
    backup.setSpec(new BackupSpec(new DatabaseRef("orders"), List.of(tenants), null, null));
    backup.setStatus(status);
    return backup;
  }

  public static BackupStatus status(
      String phase, @Nullable String startTime, @Nullable String completionTime) {
    return status(phase, startTime, completionTime, null, null, null);
  }

  public static BackupStatus running(String operationId, String startTime) {
    return status("Running", startTime, null, null, null, operationId);
  }

  public static BackupStatus completed(String completionTime, String location) {
    return status("Completed", completionTime, completionTime, location, null, "id");
  }

  public static BackupStatus failed(String completionTime) {
    return failed(completionTime, "STORAGE_UNAVAILABLE");
  }

  public static BackupStatus failed(String completionTime, String code) {
    return status(
        "Failed",
        completionTime,
        completionTime,
        null,
        new OperationError(code, "The store is away."),
        "id");
  }

  private static BackupStatus status(
      String phase,
      @Nullable String startTime,
      @Nullable String completionTime,
      @Nullable String location,
      @Nullable OperationError error,
      @Nullable String operationId) {
    boolean complete = location != null;
    return new BackupStatus(
        1L,
        phase,
        List.of(),
        startTime,
        completionTime,
        complete ? Long.valueOf(10) : null,
        complete ? Integer.valueOf(1) : null,
        null,
        null,
        location,
        null,
        null,
        null,
        error,
        operationId);
  }

  /** The same, with another spec. */
  public static DoSQLBackup with(
      DoSQLBackup backup,
      BackupSpec.@Nullable DeletionPolicy deletionPolicy,
      @Nullable String expire) {
    backup.setSpec(
        new BackupSpec(
            backup.getSpec().databaseRef(), backup.getSpec().tenants(), deletionPolicy, expire));
    return backup;
  }

  /** The same, with a request for verification. */
  public static DoSQLBackup askedToVerify(DoSQLBackup backup, String value) {
    backup.getMetadata().setAnnotations(Map.of(DueBackup.VERIFY_ANNOTATION, value));
    return backup;
  }
}
