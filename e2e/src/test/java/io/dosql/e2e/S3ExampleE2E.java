package io.dosql.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The example with backups on S3, with the endpoint, bucket and key of the server at hand. */
final class S3ExampleE2E {

  @RegisterExtension static final TestNamespace NAMESPACE = new TestNamespace("s3-example");

  @Test
  void itsBackupIsInTheBucket() throws Exception {
    Settings settings = TestCluster.get().settings();
    Bucket bucket = NAMESPACE.createBucket();
    Path example = settings.repository().resolve("examples/backup-s3");
    String credentials = Files.readString(example.resolve("1-credentials.yaml"));
    var _ =
        NAMESPACE.apply(
            credentials
                .replace("accessKeyId: dosql", "accessKeyId: " + settings.s3AccessKey())
                .replace(
                    "secretAccessKey: dosql-secret", "secretAccessKey: " + settings.s3SecretKey()));
    String database = Files.readString(example.resolve("2-database.yaml"));
    var _ =
        NAMESPACE.apply(
            database
                .replace("http://minio.minio.svc:9000", settings.s3InCluster().toString())
                .replace("bucket: backups", "bucket: " + bucket.name())
                .replace("size: 10Gi", "size: 200Mi"));
    var _ = NAMESPACE.apply(Files.readString(example.resolve("3-backup.yaml")));
    var _ = NAMESPACE.awaitReady(DoSQLDatabase.class, "orders");
    DoSQLBackup backup = NAMESPACE.awaitReady(DoSQLBackup.class, "orders-first");
    assertThat(backup.getStatus().location()).contains(bucket.name());
    assertThat(bucket.keys("")).anyMatch(key -> key.endsWith("orders-first/backup.json"));
  }
}
