package io.dosql.e2e;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLMigration;
import io.dosql.crds.DoSQLRestore;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * A namespace for one test class, gone after it; register it as a static extension. When a test
 * fails, what the namespace held at that moment is written to {@code target/e2e-failures}.
 */
final class TestNamespace
    implements BeforeAllCallback,
        AfterAllCallback,
        LifecycleMethodExecutionExceptionHandler,
        TestExecutionExceptionHandler {

  /** An image may have to be pulled, a volume made. */
  static final Duration READY_MAX = Duration.ofMinutes(3);

  static final String S3_SECRET = "s3-credentials";

  private final String name;
  private final Deque<AutoCloseable> closeables = new ArrayDeque<>();

  TestNamespace(String purpose) {
    this.name = "e2e-" + purpose + "-" + UUID.randomUUID().toString().substring(0, 5);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    Namespace namespace =
        new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build();
    client().resource(namespace).create();
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    while (!closeables.isEmpty()) {
      closeables.pop().close();
    }
    if (context.getExecutionException().isEmpty()) {
      client().namespaces().withName(name).delete();
    }
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    throw reported(context, failure);
  }

  @Override
  public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    throw reported(context, failure);
  }

  private Throwable reported(ExtensionContext context, Throwable failure) {
    try {
      new FailureReport(TestCluster.get(), name)
          .write(context.getRequiredTestClass().getSimpleName(), context.getDisplayName());
    } catch (RuntimeException | IOException e) {
      failure.addSuppressed(e);
    }
    return failure;
  }

  KubernetesClient client() {
    return TestCluster.get().client();
  }

  String name() {
    return name;
  }

  /** Applies what the text holds, in this namespace. */
  List<HasMetadata> apply(String yaml) {
    byte[] bytes = yaml.getBytes(StandardCharsets.UTF_8);
    return client()
        .load(new ByteArrayInputStream(bytes))
        .inNamespace(name)
        .fieldManager("e2e")
        .forceConflicts()
        .serverSideApply();
  }

  /** Applies the files of a folder of the repository, as {@code kubectl apply -f} does. */
  void applyFolder(String folder) throws IOException {
    Path path = TestCluster.get().settings().repository().resolve(folder);
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        var _ = apply(Files.readString(file));
      }
    }
  }

  <T extends HasMetadata> Resource<T> resource(Class<T> type, String resource) {
    return client().resources(type).inNamespace(name).withName(resource);
  }

  /** Waits as {@code kubectl wait --for=condition=Ready} does. */
  <T extends HasMetadata> T awaitReady(Class<T> type, String resource) {
    return await(type, resource, "to be Ready", found -> Conditions.isTrue(found, "Ready"));
  }

  /** Waits until the condition is as the arguments say. */
  <T extends HasMetadata> T awaitCondition(
      Class<T> type, String resource, String condition, String status, String reason) {
    return await(
        type,
        resource,
        "to have %s=%s for the reason %s".formatted(condition, status, reason),
        found -> Conditions.is(found, condition, status, reason));
  }

  <T extends HasMetadata> T await(
      Class<T> type, String resource, String what, Predicate<T> predicate) {
    try {
      return resource(type, resource)
          .waitUntilCondition(
              found -> found != null && predicate.test(found), READY_MAX.toSeconds(), SECONDS);
    } catch (RuntimeException e) {
      T found = resource(type, resource).get();
      throw new AssertionError(
          "waited in vain for %s %s %s; it is %s"
              .formatted(type.getSimpleName(), resource, what, describe(found)),
          e);
    }
  }

  private static String describe(@Nullable HasMetadata found) {
    return switch (found) {
      case null -> "not there";
      case DoSQLDatabase database -> String.valueOf(database.getStatus());
      case DoSQLMigration migration -> String.valueOf(migration.getStatus());
      case DoSQLBackup backup -> String.valueOf(backup.getStatus());
      case DoSQLRestore restore -> String.valueOf(restore.getStatus());
      default -> found.toString();
    };
  }

  /** Makes a bucket named after this namespace and the Secret to use it with. */
  Bucket createBucket() throws Exception {
    MinioClient s3 = TestCluster.get().s3();
    s3.makeBucket(MakeBucketArgs.builder().bucket(name).build());
    createS3Secret(TestCluster.get().settings().s3SecretKey());
    return new Bucket(s3, name);
  }

  void createS3Secret(String secretKey) {
    createS3Secret(TestCluster.get().settings().s3AccessKey(), secretKey);
  }

  void createS3Secret(String accessKey, String secretKey) {
    var _ =
        apply(
            """
            apiVersion: v1
            kind: Secret
            metadata:
              name: %s
            stringData:
              accessKeyId: %s
              secretAccessKey: %s
            """
                .formatted(S3_SECRET, accessKey, secretKey));
  }

  /** A database that stores its backups in the bucket. */
  void applyDatabase(String database, String bucket, String more) {
    applyDatabase(
        database,
        "backup:\n" + store(TestCluster.get().settings().s3InCluster(), bucket) + more.indent(2));
  }

  /** A database. */
  void applyDatabase(String database, String spec) {
    var _ =
        apply(
            """
            apiVersion: dosql.io/v1alpha1
            kind: DoSQLDatabase
            metadata:
              name: %s
            spec:
              storage:
                size: 200Mi
            %s
            """
                .formatted(database, spec.indent(2)));
  }

  /** The field {@code store}, below another: an S3 server, with the Secret of this namespace. */
  static String store(URI endpoint, String bucket) {
    return """
    store:
      s3:
        endpoint: %s
        bucket: %s
        secretRef:
          name: %s
    """
        .formatted(endpoint, bucket, S3_SECRET)
        .indent(2);
  }

  void applyBackup(String backup, String database) {
    var _ =
        apply(
            """
            apiVersion: dosql.io/v1alpha1
            kind: DoSQLBackup
            metadata:
              name: %s
            spec:
              databaseRef:
                name: %s
            """
                .formatted(backup, database));
  }

  void applyRestore(String restore, String database, String backup) {
    var _ =
        apply(
            """
            apiVersion: dosql.io/v1alpha1
            kind: DoSQLRestore
            metadata:
              name: %s
            spec:
              databaseRef:
                name: %s
              backupRef:
                name: %s
            """
                .formatted(restore, database, backup));
  }

  /**
   * @param target what is to be restored: the fields of the spec but the database
   */
  void applyRestoreTo(String restore, String database, String target) {
    var _ =
        apply(
            """
            apiVersion: dosql.io/v1alpha1
            kind: DoSQLRestore
            metadata:
              name: %s
            spec:
              databaseRef:
                name: %s
            %s
            """
                .formatted(restore, database, target.indent(2)));
  }

  /** Waits until the restore is complete, and fails when it says that it never will be. */
  DoSQLRestore awaitRestored(String restore) {
    DoSQLRestore ended =
        await(
            DoSQLRestore.class,
            restore,
            "to end",
            found -> Conditions.isTrue(found, "Ready") || Conditions.isTrue(found, "Stalled"));
    if (!Conditions.isTrue(ended, "Ready")) {
      throw new AssertionError(restore + " failed: " + Conditions.message(ended, "Stalled"));
    }
    return ended;
  }

  /**
   * Makes the node look at the pod of a database, where a changed Secret is mounted when it next
   * does, else within a minute or two.
   */
  void nudge(String database) {
    var _ =
        resource(Pod.class, database + "-0")
            .edit(
                pod ->
                    new PodBuilder(pod)
                        .editMetadata()
                        .addToAnnotations("e2e/nudged", UUID.randomUUID().toString())
                        .endMetadata()
                        .build());
  }

  /** The Secret that an application mounts, decoded. */
  AppSecret appSecret(String database) {
    Secret secret = resource(Secret.class, database + "-app").require();
    return new AppSecret(decode(secret, "url"), decode(secret, "token"));
  }

  record AppSecret(String url, String token) {}

  private static String decode(Secret secret, String key) {
    return new String(
        Base64.getDecoder().decode(secret.getData().get(key)), StandardCharsets.UTF_8);
  }

  /** A client of the database through its Service, closed with the namespace. */
  SqlClient sql(String database) {
    SqlClient sql = SqlClient.connect(client(), name, database, appSecret(database).token());
    closeables.push(sql);
    return sql;
  }
}
