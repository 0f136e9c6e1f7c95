package io.dosql.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.BackupStatus.Verified;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.minio.GetObjectArgs;
import io.minio.PutObjectArgs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A backup is restored by a Job, which finds it whole, and damaged after somebody damaged it. */
final class VerificationE2E {

  private static final String DATABASE = "orders";
  private static final String BACKUP = "before-release";
  private static final String CONDITION = "BackupsVerified";
  private static final Duration TOLD_MAX = Duration.ofMinutes(3);

  @RegisterExtension static final TestNamespace NAMESPACE = new TestNamespace("verify");

  @Test
  void aWholeBackupPassesAndADamagedOneIsToldOf() throws Exception {
    Bucket bucket = NAMESPACE.createBucket();
    NAMESPACE.applyDatabase(DATABASE, bucket.name(), "");
    var _ = NAMESPACE.awaitReady(DoSQLDatabase.class, DATABASE);
    SqlClient sql = NAMESPACE.sql(DATABASE);
    for (String tenant : List.of("main", "north")) {
      var _ =
          sql.query(
              tenant,
              "CREATE TABLE t AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                  + " WHERE i < 500) SELECT i, hex(randomblob(500)) AS word FROM n");
    }
    NAMESPACE.applyBackup(BACKUP, DATABASE);
    var _ = NAMESPACE.awaitReady(DoSQLBackup.class, BACKUP);

    assertThat(verify("first", Verified.Result.Passed)).contains("2 tenants");
    var _ = NAMESPACE.awaitCondition(DoSQLDatabase.class, DATABASE, CONDITION, "True", "Verified");
    awaitMetric(1);

    damage(bucket, snapshotOf(bucket, "north"));
    assertThat(verify("second", Verified.Result.Failed)).contains("north").doesNotContain("main");
    DoSQLDatabase database =
        NAMESPACE.awaitCondition(
            DoSQLDatabase.class, DATABASE, CONDITION, "False", "VerificationFailed");
    assertThat(Conditions.message(database, CONDITION)).contains(BACKUP, "north");
    assertThat(Conditions.isTrue(database, "Ready")).as("the database serves on").isTrue();
    awaitMetric(0);
    awaitEvents();
  }

  /**
   * Asks as {@code kubectl annotate} does, and waits for the answer to this very question.
   *
   * @return the message
   */
  private static String verify(String request, Verified.Result result) {
    var _ =
        NAMESPACE
            .resource(DoSQLBackup.class, BACKUP)
            .edit(
                backup -> {
                  backup.getMetadata().getAnnotations().put("dosql.io/verify", request);
                  return backup;
                });
    DoSQLBackup ended =
        NAMESPACE.await(
            DoSQLBackup.class,
            BACKUP,
            "to be verified",
            found ->
                found.getStatus().verification() != null
                    && found.getStatus().verification().request().equals(request)
                    && found.getStatus().verification().completionTime() != null);
    Verified verified = ended.getStatus().verified();
    if (verified == null || verified.result() != result) {
      throw new AssertionError(request + " is not " + result + ": " + ended.getStatus());
    }
    return verified.message();
  }

  /** The only whole copy of the tenant, which the backup refers to. */
  private static String snapshotOf(Bucket bucket, String tenant) throws Exception {
    List<String> snapshots =
        bucket.keys(NAMESPACE.name() + "/" + DATABASE + "/lines/").stream()
            .filter(key -> key.contains("/tenants/" + tenant + "/0009/"))
            .toList();
    assertThat(snapshots).hasSize(1);
    return snapshots.getFirst();
  }

  /** Changes a byte in the middle of the object. */
  private static void damage(Bucket bucket, String key) throws Exception {
    byte[] bytes;
    try (InputStream object =
        bucket.s3().getObject(GetObjectArgs.builder().bucket(bucket.name()).object(key).build())) {
      bytes = object.readAllBytes();
    }
    bytes[bytes.length / 2] ^= 0x40;
    var _ =
        bucket
            .s3()
            .putObject(
                PutObjectArgs.builder().bucket(bucket.name()).object(key).stream(
                        new ByteArrayInputStream(bytes), (long) bytes.length, -1L)
                    .build());
  }

  private static void awaitMetric(int value) {
    String sample =
        "dosql_operator_backup_verified{namespace=\"%s\",database=\"%s\",}"
            .formatted(NAMESPACE.name(), DATABASE);
    Awaitility.await(sample + " to be " + value)
        .atMost(TOLD_MAX)
        // Another test may be replacing the operator's pod.
        .ignoreExceptions()
        .until(() -> operatorMetrics().contains(sample + " " + value));
  }

  /** Through a connection of its own, since another test may replace the operator's pod. */
  private static String operatorMetrics() throws IOException, InterruptedException {
    try (LocalPortForward forward =
            NAMESPACE
                .client()
                .services()
                .inNamespace(TestCluster.OPERATOR_NAMESPACE)
                .withName(TestCluster.RELEASE + "-metrics")
                .portForward(8080);
        HttpClient http = HttpClient.newHttpClient()) {
      URI metrics = URI.create("http://127.0.0.1:%d/metrics".formatted(forward.getLocalPort()));
      return http.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString()).body();
    }
  }

  private static void awaitEvents() {
    Awaitility.await("events of the damaged backup")
        .atMost(TOLD_MAX)
        .untilAsserted(
            () ->
                assertThat(
                        NAMESPACE
                            .client()
                            .v1()
                            .events()
                            .inNamespace(NAMESPACE.name())
                            .list()
                            .getItems())
                    .filteredOn(event -> "VerificationFailed".equals(event.getReason()))
                    .extracting(event -> event.getInvolvedObject().getKind())
                    .contains("DoSQLBackup", "DoSQLDatabase"));
  }
}
