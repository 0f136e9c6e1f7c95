package io.dosql.operator.backup;

import static io.dosql.operator.testing.Databases.database;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.BackupPolicy;
import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.Encryption;
import io.dosql.crds.Resources;
import io.dosql.crds.Storage;
import io.dosql.crds.VerifyPolicy;
import io.dosql.operator.testing.Databases;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class VerificationJobTest {

  private static final DoSQLBackup BACKUP = Backups.backup("nightly", null);

  private static Job job(BackupPolicy policy) {
    DoSQLDatabase database =
        database().storage(new Storage("3Gi", null, null)).backup(policy).build();
    return VerificationJob.build("job-1", BACKUP, database, policy, "engine:7");
  }

  private static PodSpec pod(BackupPolicy policy) {
    return job(policy).getSpec().getTemplate().getSpec();
  }

  private static BackupPolicy s3(VerifyPolicy verify) {
    return new BackupPolicy(
        Databases.s3(),
        null,
        null,
        null,
        null,
        null,
        verify,
        new Encryption(new Encryption.SecretRef("archive-keys")));
  }

  @Test
  void job_runsTheEnginesVerify_once_withinItsLimits() {
    VerifyPolicy verify =
        new VerifyPolicy(
            null,
            null,
            new Resources(Map.of("cpu", new Quantity("2")), Map.of("memory", new Quantity("1Gi"))),
            "9Gi",
            "90m");
    Job job = job(s3(verify));
    assertThat(job.getSpec().getBackoffLimit()).isZero();
    assertThat(job.getSpec().getActiveDeadlineSeconds()).isEqualTo(5400);
    assertThat(job.getSpec().getTtlSecondsAfterFinished()).isPositive();
    PodSpec pod = pod(s3(verify));
    assertThat(pod.getRestartPolicy()).isEqualTo("Never");
    Container container = pod.getContainers().getFirst();
    assertThat(container.getImage()).isEqualTo("engine:7");
    assertThat(container.getArgs()).containsExactly("verify", "nightly");
    assertThat(container.getResources().getLimits()).containsEntry("memory", new Quantity("1Gi"));
    assertThat(container.getResources().getRequests()).containsEntry("cpu", new Quantity("2"));
    assertThat(pod.getVolumes())
        .anySatisfy(
            volume -> {
              assertThat(volume.getName()).isEqualTo("scratch");
              assertThat(volume.getEmptyDir().getSizeLimit()).isEqualTo(new Quantity("9Gi"));
            });
  }

  @Test
  void scratch_isAsLargeAsTheDataVolume_ifNothingIsSaid() {
    assertThat(pod(s3(VerifyPolicy.ON_DEMAND)).getVolumes().getFirst().getEmptyDir().getSizeLimit())
        .isEqualTo(new Quantity("3Gi"));
    assertThat(job(s3(VerifyPolicy.ON_DEMAND)).getSpec().getActiveDeadlineSeconds())
        .isEqualTo(21_600);
  }

  @Test
  void environment_isTheStoresAndNoMore() {
    Map<String, String> variables =
        pod(s3(VerifyPolicy.ON_DEMAND)).getContainers().getFirst().getEnv().stream()
            .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
    assertThat(variables)
        .containsOnlyKeys(
            "DOSQL_DATA_DIR",
            "DOSQL_DATABASE",
            "DOSQL_STORE",
            "DOSQL_STORE_PREFIX",
            "DOSQL_STORE_S3_ENDPOINT",
            "DOSQL_STORE_S3_BUCKET",
            "DOSQL_STORE_S3_REGION",
            "DOSQL_STORE_S3_CREDENTIALS_DIR",
            "DOSQL_STORE_ENCRYPTION_KEYS_DIR")
        .containsEntry("DOSQL_DATABASE", "shop/orders")
        .containsEntry("DOSQL_STORE_PREFIX", "shop/orders")
        .containsEntry("DOSQL_DATA_DIR", "/data");
    assertThat(pod(s3(VerifyPolicy.ON_DEMAND)).getVolumes())
        .extracting(volume -> volume.getName())
        .containsExactly("scratch", "tmp", "s3-credentials", "encryption");
  }

  @Test
  void pod_isNotTakenForTheDatabases_andHasNoRights() {
    Job job = job(s3(VerifyPolicy.ON_DEMAND));
    Map<String, String> labels = job.getSpec().getTemplate().getMetadata().getLabels();
    assertThat(labels)
        .containsEntry("app.kubernetes.io/name", "dosql-verification")
        .containsEntry("app.kubernetes.io/component", "verification")
        .containsEntry("dosql.io/verification", "job-1");
    PodSpec pod = job.getSpec().getTemplate().getSpec();
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getContainers().getFirst().getSecurityContext().getReadOnlyRootFilesystem())
        .isTrue();
  }

  @Test
  void job_goesWithItsBackup() {
    assertThat(job(s3(VerifyPolicy.ON_DEMAND)).getMetadata().getOwnerReferences())
        .singleElement()
        .satisfies(
            owner -> {
              assertThat(owner.getKind()).isEqualTo("DoSQLBackup");
              assertThat(owner.getUid()).isEqualTo(Backups.UID);
            });
  }

  @Test
  void volumeOfADirectoryStore_isMountedWhereTheDatabaseRuns() {
    PodSpec pod = pod(BackupPolicy.of(Databases.directory()));
    assertThat(
            pod.getAffinity()
                .getPodAffinity()
                .getPreferredDuringSchedulingIgnoredDuringExecution()
                .getFirst()
                .getPodAffinityTerm()
                .getLabelSelector()
                .getMatchLabels())
        .containsEntry("app.kubernetes.io/instance", "orders")
        .containsEntry("app.kubernetes.io/name", "dosql-database");
    assertThat(pod(s3(VerifyPolicy.ON_DEMAND)).getAffinity()).isNull();
  }

  @Test
  void name_isALabel_andOneForEachAttempt() {
    DoSQLBackup longest = Backups.backup("a.".repeat(100) + "z", null);
    assertThat(VerificationJob.name(longest, "now", 1))
        .hasSizeLessThanOrEqualTo(63)
        .matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?");
    assertThat(VerificationJob.name(BACKUP, "now", 1))
        .startsWith("nightly-verify-")
        .isEqualTo(VerificationJob.name(BACKUP, "now", 1))
        .isNotEqualTo(VerificationJob.name(BACKUP, "now", 2))
        .isNotEqualTo(VerificationJob.name(BACKUP, "then", 1));
  }
}
