package io.dosql.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A backup store that does not work yet: conditions with advice, the database serves, all heals.
 */
final class StoreTroubleE2E {

  private static final String DATABASE = "orders";
  private static final String CONDITION = "LastBackupSucceeded";

  @RegisterExtension static final TestNamespace NAMESPACE = new TestNamespace("store-trouble");

  @Test
  void secretBucketAndKeyHealOneAfterTheOther() throws Exception {
    NAMESPACE.applyDatabase(DATABASE, NAMESPACE.name(), "");
    NAMESPACE.applyBackup("first", DATABASE);
    DoSQLDatabase database =
        NAMESPACE.awaitCondition(
            DoSQLDatabase.class, DATABASE, CONDITION, "False", "StoreSecretMissing");
    assertThat(Conditions.message(database, CONDITION)).contains("s3-credentials");
    var _ = NAMESPACE.awaitReady(DoSQLDatabase.class, DATABASE);
    assertThat(NAMESPACE.sql(DATABASE).column("main", "SELECT 1")).containsExactly("1");

    NAMESPACE.createS3Secret("wrong-secret-key");
    var _ =
        NAMESPACE.awaitCondition(
            DoSQLDatabase.class, DATABASE, CONDITION, "False", "StorePermissionDenied");

    NAMESPACE.createS3Secret(TestCluster.get().settings().s3SecretKey());
    var _ =
        NAMESPACE.awaitCondition(
            DoSQLDatabase.class, DATABASE, CONDITION, "False", "StoreBucketNotFound");

    var _ = NAMESPACE.createBucket();
    var _ = NAMESPACE.awaitReady(DoSQLBackup.class, "first");
    var _ =
        NAMESPACE.awaitCondition(
            DoSQLDatabase.class, DATABASE, CONDITION, "True", "BackupCompleted");
  }
}
