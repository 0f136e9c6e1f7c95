package io.dosql.crds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is written by hand comes to the operator complete, and is written back as it was. */
class SpecTest {

  private static DoSQLDatabase database(String spec) {
    return Serialization.unmarshal(
        """
        apiVersion: dosql.io/v1alpha1
        kind: DoSQLDatabase
        metadata: {name: orders, namespace: shop}
        spec: %s
        """
            .formatted(spec),
        DoSQLDatabase.class);
  }

  @Test
  void emptySpec_hasTheDefaultsOfTheSchema() {
    DatabaseSpec spec = database("{}").getSpec();
    assertThat(spec.storage()).isEqualTo(new Storage("1Gi", null, Storage.ReclaimPolicy.Retain));
    assertThat(spec.tenants())
        .isEqualTo(new Tenants(Tenants.Mode.Open, List.of(), "10s", null, TenantLimits.NONE));
    assertThat(spec.durability()).isEqualTo(Durability.Strict);
    assertThat(spec.cdc()).isEqualTo(new ChangeCapture(ChangeCapture.Mode.Enabled));
    assertThat(spec.backup()).isNull();
    assertThat(spec.image()).isNull();
  }

  @Test
  void backupPolicy_hasItsDefaults() {
    BackupPolicy policy =
        Objects.requireNonNull(
            database(
                    """

                  backup:
                    store: {s3: {endpoint: "http://s3", bucket: bbb, secretRef: {name: key}}}
                """)
                .getSpec()
                .backup());
    assertThat(policy.timeZone()).isEqualTo("UTC");
    assertThat(policy.store().s3())
        .isEqualTo(
            new S3Store(
                "http://s3",
                "bbb",
                null,
                "us-east-1",
                new S3Credentials("key", "accessKeyId", "secretAccessKey"),
                null));
    assertThat(policy.archive()).isEqualTo(ArchivePolicy.NONE);
    assertThat(policy.verify()).isEqualTo(VerifyPolicy.ON_DEMAND);
  }

  @Test
  void specThatIsRead_isWrittenBackAsItIs() {
    DoSQLDatabase database =
        database(
            """

              image: engine:1
              storage: {size: 2Gi, storageClassName: fast, reclaimPolicy: Delete}
              resources: {requests: {memory: 1Gi, cpu: 100m}, limits: {memory: 1Gi}}
              tenants: {mode: Declared, names: [a, b], sleepAfter: 5m, maxAwake: 7,
                limits: {maxConcurrentRequests: 1, maxWaitingWriters: 2, statementTimeout: 500ms,
                  maxResultRows: 3, maxResultSize: 4Mi, maxDatabaseSize: 5Gi}}
              durability: Relaxed
              cdc: {capture: Disabled}
              backup: {store: {directory: {claimName: disk, prefix: x/y}}, schedule: "0 2 * * *",
                timeZone: Europe/Berlin, retention: {keepLast: 3, keepDays: 7, window: 3d},
                archive: {mode: Continuous, interval: 5s, maxLag: 2Gi, onMaxLag: StopWrites,
                  snapshotInterval: 6h},
                verify: {schedule: "0 4 * * *", timeZone: UTC, timeout: 1h, scratchSize: 5Gi,
                  resources: {limits: {memory: 1Gi}}},
                encryption: {secretRef: {name: keys}}}
              bootstrap: {restore: {targetLsn: 7, tenants: [a], line: l1, from: {
                store: {s3: {endpoint: "http://s3", bucket: bbb, secretRef: {name: key},
                  serverSideEncryption: {type: KMS, kmsKeyId: k}}},
                database: {name: old, namespace: prod}, encryption: {secretRef: {name: old}}}}}
            """);
    DoSQLDatabase again =
        Serialization.unmarshal(Serialization.asYaml(database), DoSQLDatabase.class);
    assertThat(again.getSpec()).isEqualTo(database.getSpec());
    assertThat(again.getSpec().resources().requests()).containsEntry("cpu", new Quantity("100m"));
  }

  @Test
  void restoreThatIsRead_isWrittenBackAsItIs() {
    DoSQLRestore restore =
        Serialization.unmarshal(
            """
            apiVersion: dosql.io/v1alpha1
            kind: DoSQLRestore
            metadata: {name: undo, namespace: shop}
            spec: {databaseRef: {name: orders}, targetTime: "2026-11-24T14:02:16.123456789Z", dryRun: true}
            """,
            DoSQLRestore.class);
    assertThat(restore.getSpec().backup()).isNull();
    assertThat(restore.getSpec().dryRun()).isTrue();
    assertThat(restore.getSpec().targetTime()).isEqualTo("2026-11-24T14:02:16.123456789Z");
    assertThat(Serialization.unmarshal(Serialization.asYaml(restore), DoSQLRestore.class).getSpec())
        .isEqualTo(restore.getSpec());
  }

  @Test
  void backup_isKept_ifNothingElseIsSaid() {
    assertThat(new BackupSpec(new DatabaseRef("o"), null, null, null).deletionPolicy())
        .isEqualTo(BackupSpec.DeletionPolicy.Retain);
  }

  @Test
  void sourceOfABootstrap_isUnderThePrefix_orTheNameOfItsDatabase() {
    BackupStore plain = new BackupStore(null, new DirectoryStore("disk", null));
    BackupStore prefixed = new BackupStore(null, new DirectoryStore("disk", "own/place"));
    assertThat(
            new BootstrapSource(plain, new BootstrapSource.SourceDatabase("old", "prod"), null)
                .prefix("shop"))
        .isEqualTo("prod/old");
    assertThat(
            new BootstrapSource(plain, new BootstrapSource.SourceDatabase("old", null), null)
                .prefix("shop"))
        .isEqualTo("shop/old");
    assertThat(new BootstrapSource(prefixed, null, null).prefix("shop")).isEqualTo("own/place");
  }

  @Test
  void resourceWithoutAStatus_hasNone() {
    assertThat(database("{}").getStatus()).isNull();
    assertThat(new DoSQLMigration().getSpec()).isNull();
  }

  @Test
  void emptyStatuses_sayNothing() {
    assertThat(Serialization.asJson(BackupStatus.empty())).doesNotContain("null");
    assertThat(DatabaseStatus.empty().conditions()).isEmpty();
    assertThat(MigrationStatus.empty().conditions()).isEmpty();
    assertThat(RestoreStatus.empty().conditions()).isEmpty();
  }

  @Test
  void locations_areReadable_andUnderTheDatabasesOwnFolder() {
    BackupStore directory = new BackupStore(null, new DirectoryStore("disk", null));
    BackupStore s3 =
        new BackupStore(
            new S3Store(
                "http://s3", "bbb", "own/place", null, new S3Credentials("k", null, null), null),
            null);
    assertThat(BackupLocations.root(directory, "shop", "orders"))
        .isEqualTo("claim://disk/shop/orders");
    assertThat(BackupLocations.root(s3, "shop", "orders")).isEqualTo("s3://bbb/own/place");
    assertThat(BackupLocations.prefix(directory, "shop", "orders")).isEqualTo("shop/orders");
    assertThatThrownBy(() -> BackupLocations.root(new BackupStore(null, null), "a", "b"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
