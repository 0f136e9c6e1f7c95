package io.dosql.quickstart.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.crds.DatabaseSpec;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.Storage;
import io.dosql.crds.Tenants;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the API server refuses, by the CRDs alone: no operator runs here. */
class RefusedResourcesTest {

  @TempDir static Path folder;
  private static Cluster cluster;

  @BeforeAll
  static void start() throws IOException {
    cluster = new Cluster(folder);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  private static final String S3 =
      "s3: {endpoint: 'http://s3', bucket: bucket, secretRef: {name: key}}";

  private static String database(String name, String spec) {
    return """
    apiVersion: dosql.io/v1alpha1
    kind: DoSQLDatabase
    metadata: {name: %s}
    spec: {%s}
    """
        .formatted(name, spec);
  }

  private static void assertRefused(String yaml, String message) {
    assertThatThrownBy(() -> cluster.apply(yaml))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(((KubernetesClientException) e).getCode()).isEqualTo(422));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "backup: {store: {S3, directory: {claimName: d}}}        | backup.store needs exactly one of s3 and directory",
        "backup: {store: {}}                                     | backup.store needs exactly one of s3 and directory",
        "backup: {schedule: '0 2 * * *'}                         | spec.backup.store",
        "backup: {store: {S3}, retention: {}}                    | retention needs keepLast, keepDays or window",
        "backup: {store: {S3}, tier: Gold}                       | spec.backup.tier",
        "backup: {store: {S3}, tier: High, schedule: '0 2 * * *'} | backup has both tier and schedule",
        "backup: {store: {S3}, tier: Low, archive: {interval: 5s}} | the tiers Low and Medium archive no commits: add archive.mode: Continuous",
        "backup: {store: {S3}, tier: Medium, retention: {window: 3d}} | retention.window is about archived commits",
        "backup: {store: {S3}, archive: {mode: Off}, retention: {window: 3d}} | retention.window is about archived commits",
        "backup: {store: {S3}, archive: {mode: Off, interval: 5s}} | archive.mode Off leaves nothing to set",
        "backup: {store: {S3}, archive: {mode: Sometimes}}       | spec.backup.archive.mode",
        "backup: {store: {S3}, archive: {interval: 500ms}}       | archive.interval must be from 1s to 24h",
        "backup: {store: {S3}, archive: {interval: 25h}}         | archive.interval must be from 1s to 24h",
        "backup: {store: {S3}, archive: {interval: soon}}        | spec.backup.archive.interval",
        "backup: {store: {S3}, archive: {maxLag: 1Mi}}           | archive.maxLag must be 16Mi at least",
        "backup: {store: {S3}, archive: {onMaxLag: Panic}}       | spec.backup.archive.onMaxLag",
        "backup: {store: {S3}, archive: {snapshotInterval: 1m}}  | archive.snapshotInterval must be from 10m to 720h",
        "backup: {store: {S3}, retention: {window: 7}}           | spec.backup.retention.window",
        "backup: {store: {S3}, retention: {window: 30m}}         | spec.backup.retention.window",
        "backup: {store: {S3}, verify: {timeout: 30s}}           | verify.timeout must be from 1m to 168h",
        "backup: {store: {S3}, verify: {schedule: daily}}        | spec.backup.verify.schedule",
        "backup: {store: {S3}, encryption: {}}                   | spec.backup.encryption.secretRef",
        "backup: {store: {S3}, encryption: {secretRef: {name: A_}}} | spec.backup.encryption.secretRef.name",
        "backup: {store: {s3: {endpoint: 'http://s3', bucket: bbb, secretRef: {name: k}, serverSideEncryption: {type: AES256, kmsKeyId: k}}}} | serverSideEncryption.kmsKeyId needs type: KMS",
        "backup: {store: {s3: {endpoint: 'http://s3', bucket: bbb, secretRef: {name: k}, serverSideEncryption: {}}}} | serverSideEncryption.type",
        "bootstrap: {}                                           | spec.bootstrap.restore",
        "bootstrap: {restore: {latest: true}}                    | spec.bootstrap.restore.from",
        "bootstrap: {restore: {from: {store: {S3}}, latest: true}} | bootstrap.restore.from must say whose archive",
        "bootstrap: {restore: {from: {store: {directory: {claimName: c, prefix: a/b}}, database: {name: old}}, latest: true}} | bootstrap.restore.from must say whose archive",
        "bootstrap: {restore: {from: {store: {S3}, database: {name: old}}}} | bootstrap.restore needs exactly one of backup, targetTime, targetLsn and latest: true",
        "bootstrap: {restore: {from: {store: {S3}, database: {name: old}}, latest: false}} | bootstrap.restore needs exactly one of",
        "bootstrap: {restore: {from: {store: {S3}, database: {name: old}}, latest: true, backup: b}} | bootstrap.restore needs exactly one of",
        "bootstrap: {restore: {from: {store: {S3}, database: {name: old}}, targetLsn: 7}} | targetLsn counts the commits of one tenant",
        "bootstrap: {restore: {from: {store: {S3}, database: {name: old}}, targetTime: yesterday}} | spec.bootstrap.restore.targetTime",
        "backup: {store: {S3}, retention: {keepLast: 0}}         | spec.backup.retention.keepLast",
        "backup: {store: {S3}, schedule: daily}                  | spec.backup.schedule",
        "backup: {store: {directory: {claimName: d, prefix: ../x}}} | prefix",
        "backup: {store: {directory: {claimName: d, prefix: /x}}} | prefix",
        "backup: {store: {s3: {endpoint: 's3', bucket: bbb, secretRef: {name: k}}}}   | endpoint",
        "backup: {store: {s3: {endpoint: 'http://s3', bucket: B_, secretRef: {name: k}}}} | bucket",
        "backup: {store: {s3: {endpoint: 'http://s3', bucket: bbb}}} | secretRef",
        "tenants: {mode: Open, names: [a]}                       | tenants.names needs tenants.mode: Declared",
        "tenants: {names: [a]}                                   | tenants.names needs tenants.mode: Declared",
        "tenants: {mode: Declared, names: [../x]}                | spec.tenants.names[0]",
        "tenants: {mode: Declared, names: [Upper]}               | spec.tenants.names[0]",
        "tenants: {mode: Closed}                                 | spec.tenants.mode",
        "storage: {size: 0Gi}                                    | spec.storage.size",
        "storage: {size: -1Gi}                                   | spec.storage.size",
        "storage: {size: lots}                                   | spec.storage.size",
        "storage: {reclaimPolicy: Keep}                          | spec.storage.reclaimPolicy",
        "auth: {rotation: {interval: 30m}}                       | auth.rotation.interval must be 1h at least",
        "auth: {rotation: {interval: 2h, overlap: 3h}}           | auth.rotation.overlap must be 10m at least",
        "auth: {rotation: {interval: 2h, overlap: 1m}}           | auth.rotation.overlap must be 10m at least",
        "auth: {users: [{name: a}, {name: a}]}                   | spec.auth.users[1]: Duplicate value",
        "auth: {users: [{name: a, secretName: s}, {name: b, secretName: s}]} | auth.users has a secretName twice",
        "auth: {users: [{name: A}]}                              | spec.auth.users[0].name",
        "auth: {users: [{role: ro}]}                             | spec.auth.users[0].name",
        "auth: {users: [{name: a, role: root}]}                  | spec.auth.users[0].role",
        "auth: {users: [{name: a, tenants: ['../x']}]}           | spec.auth.users[0].tenants[0]",
        "auth: {oidc: {issuer: 'https://a'}}                     | auth.oidc allows nobody anything",
        "auth: {oidc: {issuer: 'http://a', roleClaim: r}}        | spec.auth.oidc.issuer",
        "auth: {oidc: {issuer: 'https://kubernetes.default.svc.cluster.local', roleClaim: r}} | auth.oidc.issuer is the cluster's own",
        "auth: {serviceAccounts: [{role: ro}]}                   | spec.auth.serviceAccounts[0].name",
        "tls: {}                                                 | spec.tls.secretName",
        "tls: {secretName: t, minVersion: '1.1'}                 | tls.minVersion must be '1.3' or '1.2'",
        "limits: {requestsPerSecond: 0}                          | spec.limits.requestsPerSecond",
        "corsOrigins: ['app.example.com']                        | spec.corsOrigins[0]",
        "image: ''                                               | spec.image",
      })
  void badDatabase_isRefused_inOurWords(String spec, String message) {
    assertRefused(database("bad", spec.replace("S3", S3)), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1orders | metadata.name must begin with a letter",
        "a.b     | metadata.name must begin with a letter",
        "a1234567890123456789012345678901234567890123456789012 | use at most 52 characters",
      })
  void badName_isRefused(String name, String message) {
    assertRefused(database(name, ""), message);
  }

  private static String other(String kind, String spec) {
    return """
    apiVersion: dosql.io/v1alpha1
    kind: %s
    metadata: {name: bad}
    spec: {%s}
    """
        .formatted(kind, spec);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "DoSQLBackup    | ``                                                | spec.databaseRef",
        "DoSQLBackup    | databaseRef: {name: o}, tenants: [../x]            | spec.tenants[0]",
        "DoSQLBackup    | databaseRef: {name: o}, deletionPolicy: Keep       | spec.deletionPolicy",
        "DoSQLBackup    | databaseRef: {name: o}, expire: soon               | spec.expire",
        "DoSQLRestore   | databaseRef: {name: o}                             | a DoSQLRestore needs exactly one of backupRef, preRestoreId, targetTime, targetLsn and latest: true",
        "DoSQLRestore   | databaseRef: {name: o}, latest: false              | a DoSQLRestore needs exactly one of",
        "DoSQLRestore   | databaseRef: {name: o}, backupRef: {name: b}, latest: true | a DoSQLRestore needs exactly one of",
        "DoSQLRestore   | databaseRef: {name: o}, backupRef: {name: b}, preRestoreId: r | a DoSQLRestore needs exactly one of",
        "DoSQLRestore   | databaseRef: {name: o}, preRestoreId: 'a/b'        | spec.preRestoreId",
        "DoSQLRestore   | databaseRef: {name: o}, targetLsn: 7               | targetLsn counts the commits of one tenant",
        "DoSQLRestore   | databaseRef: {name: o}, targetLsn: 7, tenants: [a, b] | targetLsn counts the commits of one tenant",
        "DoSQLRestore   | databaseRef: {name: o}, targetLsn: 0, tenants: [a] | spec.targetLsn",
        "DoSQLRestore   | databaseRef: {name: o}, targetTime: '2026-11-24 14:02:16' | spec.targetTime",
        "DoSQLRestore   | databaseRef: {name: o}, targetTime: '2026-13-24T14:02:16Z' | spec.targetTime",
        "DoSQLRestore   | databaseRef: {name: o}, targetTime: '2026-11-24T14:02:16.1234567890Z' | spec.targetTime",
        "DoSQLRestore   | databaseRef: {name: o}, backupRef: {name: ''}      | spec.backupRef.name",
        "DoSQLMigration | databaseRef: {name: o}                             | spec.migrations",
        "DoSQLMigration | databaseRef: {name: o}, migrations: []             | spec.migrations",
        "DoSQLMigration | databaseRef: {name: o}, migrations: [{id: users, sql: x}] | spec.migrations[0].id",
        "DoSQLMigration | databaseRef: {name: o}, migrations: [{id: 1_a, sql: ''}]  | spec.migrations[0].sql",
        "DoSQLMigration | databaseRef: {name: o}, migrations: [{id: 1_a, sql: x}, {id: 1_a, sql: y}] | Duplicate",
      })
  void badOtherKinds_areRefused(String kind, String spec, String message) {
    assertRefused(other(kind, spec), message);
  }

  @Test
  void storage_grows_butNeverShrinks_andKeepsItsClass() {
    cluster.apply(database("sized", "storage: {size: 2Gi, storageClassName: fast}"));
    assertRefused(
        database("sized", "storage: {size: 1Gi, storageClassName: fast}"),
        "storage.size cannot shrink");
    assertRefused(
        database("sized", "storage: {size: 1.9Gi, storageClassName: fast}"),
        "storage.size cannot shrink");
    assertRefused(
        database("sized", "storage: {size: 2Gi, storageClassName: slow}"),
        "storage.storageClassName cannot be changed");
    assertRefused(
        database("sized", "storage: {size: 2Gi}"), "storage.storageClassName cannot be changed");
    cluster.apply(database("sized", "storage: {size: 3Gi, storageClassName: fast}"));
    assertThat(cluster.get(DoSQLDatabase.class, "sized").getSpec().storage().size())
        .isEqualTo("3Gi");
  }

  @Test
  void lifeAndLimitsOfTenants_areBounded() {
    for (String tenants :
        List.of("sleepAfter: 1s", "sleepAfter: 24h", "limits: {statementTimeout: 100ms}")) {
      cluster.apply(database("timed", "tenants: {" + tenants + "}"));
    }
    assertRefused(
        database("timed", "tenants: {sleepAfter: 900ms}"),
        "tenants.sleepAfter must be from 1s to 24h");
    assertRefused(
        database("timed", "tenants: {sleepAfter: 25h}"),
        "tenants.sleepAfter must be from 1s to 24h");
    assertRefused(database("timed", "tenants: {sleepAfter: soon}"), "sleepAfter");
    assertRefused(
        database("timed", "tenants: {limits: {statementTimeout: 11m}}"),
        "tenants.limits.statementTimeout must be from 100ms to 10m");
    assertRefused(database("timed", "tenants: {limits: {maxResultSize: 1.5Gi}}"), "maxResultSize");
    assertRefused(
        database("timed", "tenants: {limits: {maxResultSize: 2Gi}}"),
        "tenants.limits.maxResultSize must be from 1Ki to 1Gi");
    assertRefused(
        database("timed", "tenants: {limits: {maxDatabaseSize: 1Ki}}"),
        "tenants.limits.maxDatabaseSize must be 1Mi at least");
    assertRefused(database("timed", "tenants: {maxAwake: 0}"), "maxAwake");
    assertRefused(database("timed", "durability: Sometimes"), "durability");
    assertRefused(database("timed", "cdc: {capture: Maybe}"), "capture");
  }

  @Test
  void specOfWorkThatRunsOnce_cannotBeChanged() {
    cluster.apply(Examples.BACKUP);
    assertRefused(
        Examples.BACKUP.replace("orders", "other"),
        "databaseRef and tenants of a DoSQLBackup cannot be changed: create another DoSQLBackup");
    assertRefused(
        Examples.BACKUP.replace("orders}", "orders}, tenants: [a]"),
        "databaseRef and tenants of a DoSQLBackup cannot be changed: create another DoSQLBackup");
    cluster.apply(
        Examples.BACKUP.replace("orders}", "orders}, deletionPolicy: Delete, expire: 30d"));
    cluster.apply(Examples.RESTORE);
    assertRefused(
        Examples.RESTORE.replace("nightly", "other"),
        "the spec of a DoSQLRestore cannot be changed, it runs once: create another DoSQLRestore");
    cluster.apply(Examples.MIGRATION);
    assertRefused(Examples.MIGRATION.replace("orders", "other"), "databaseRef cannot be changed");
    cluster.apply(Examples.MIGRATION.replace("users (", "people ("));
  }

  private static final String SOURCE =
      "from: {store: {" + S3 + "}, database: {name: old, namespace: prod}}";

  @Test
  void bootstrap_isOfTheBeginning_andCannotBeAddedChangedOrRemoved() {
    String message = "cannot be added, changed or removed: create another database";
    String latest = "bootstrap: {restore: {" + SOURCE + ", latest: true}}";
    cluster.apply(database("copied", latest));
    assertThatThrownBy(
            () ->
                cluster
                    .client
                    .resources(DoSQLDatabase.class)
                    .inNamespace("default")
                    .withName("copied")
                    .patch(
                        PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"bootstrap\":null}}"))
        .hasMessageContaining(message);
    assertRefused(database("copied", latest.replace("prod", "other")), message);
    cluster.apply(database("copied", latest + ", durability: Relaxed"));
    cluster.apply(database("fresh", ""));
    assertRefused(database("fresh", latest), message);
  }

  @Test
  void wellWrittenPolicies_areTaken() {
    for (String policy :
        List.of(
            "tier: Critical",
            "tier: Low, archive: {mode: Continuous, interval: 5s}, retention: {window: 3d}",
            "tier: High, retention: {keepDays: 30}",
            "archive: {interval: 24h, maxLag: 16Mi, onMaxLag: StopWrites, snapshotInterval: 10m},"
                + " retention: {window: 36h}",
            "verify: {schedule: '0 4 * * *', timeZone: Europe/Berlin, timeout: 90m, scratchSize:"
                + " 5Gi}",
            "encryption: {secretRef: {name: keys}}")) {
      cluster.apply(database("policy", "backup: {store: {" + S3 + "}, " + policy + "}"));
    }
    for (String target :
        List.of(
            "targetTime: '2026-11-24T14:02:16.123456789Z'",
            "targetTime: '2026-11-24T14:02:16+01:00'",
            "targetLsn: 7, tenants: [a]",
            "preRestoreId: 0b5f7a0e-6f0c-4f7e-8c38-6a5d9f0f2c11",
            "latest: true, dryRun: true")) {
      cluster.apply(
          other("DoSQLRestore", "databaseRef: {name: o}, " + target)
              .replace("name: bad", "name: r" + Integer.toHexString(target.hashCode())));
    }
  }

  @Test
  void emptySpec_getsTheDefaults() {
    cluster.apply(database("plain", ""));
    DatabaseSpec spec = cluster.get(DoSQLDatabase.class, "plain").getSpec();
    assertThat(spec.storage()).isEqualTo(new Storage("1Gi", null, Storage.ReclaimPolicy.Retain));
    assertThat(spec.tenants()).isEqualTo(Tenants.of(Tenants.Mode.Open, List.of()));
    assertThat(spec.resources().requests())
        .isEqualTo(Map.of("cpu", new Quantity("100m"), "memory", new Quantity("256Mi")));
    assertThat(spec.resources().limits()).isEqualTo(Map.of("memory", new Quantity("512Mi")));
    assertThat(spec.backup()).isNull();
  }
}
