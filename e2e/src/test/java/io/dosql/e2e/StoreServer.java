package io.dosql.e2e;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.LocalPortForward;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import java.io.IOException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import org.awaitility.Awaitility;

/**
 * An S3 server (MinIO) of one test's own, which it may kill and take keys away from without hurting
 * others. Its objects outlive its pod.
 */
final class StoreServer {

  private static final String NAME = "s3";
  private static final int PORT = 9000;
  private static final Duration GONE_MAX = Duration.ofMinutes(1);
  private static final String ADMINISTRATOR = "administrator";
  private static final String ADMINISTRATOR_SECRET = "administrator-secret";

  /** What is done with a connection to the server. */
  interface Work {
    void with(URI url) throws IOException, GeneralSecurityException;
  }

  private final TestNamespace namespace;

  StoreServer(TestNamespace namespace) {
    this.namespace = namespace;
  }

  /** Creates it, and waits until it answers. */
  void create() {
    var _ =
        namespace.apply(
            """
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata:
              name: s3-data
            spec:
              accessModes: [ReadWriteOnce]
              resources: {requests: {storage: 1Gi}}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: s3
            spec:
              replicas: 1
              strategy: {type: Recreate}
              selector: {matchLabels: {app: s3}}
              template:
                metadata: {labels: {app: s3}}
                spec:
                  containers:
                  - name: s3
                    image: %s
                    args: [server, /data]
                    env:
                    - {name: MINIO_ROOT_USER, value: %s}
                    - {name: MINIO_ROOT_PASSWORD, value: %s}
                    - {name: MINIO_BROWSER, value: "off"}
                    - {name: MINIO_UPDATE, value: "off"}
                    readinessProbe: {httpGet: {path: /minio/health/ready, port: 9000}, periodSeconds: 1}
                    resources: {requests: {cpu: 10m, memory: 128Mi}}
                    securityContext: {runAsUser: 0}
                    volumeMounts: [{name: data, mountPath: /data}]
                  volumes:
                  - name: data
                    persistentVolumeClaim: {claimName: s3-data}
            ---
            apiVersion: v1
            kind: Service
            metadata:
              name: s3
            spec:
              selector: {app: s3}
              ports: [{port: 9000}]
            """
                .formatted(
                    TestCluster.get().settings().minioImage(),
                    ADMINISTRATOR,
                    ADMINISTRATOR_SECRET));
    awaitUp();
  }

  /** As pods of the cluster reach it. */
  URI inCluster() {
    return URI.create("http://%s.%s.svc:%d".formatted(NAME, namespace.name(), PORT));
  }

  void makeBucket(String bucket) throws Exception {
    connected(
        url -> {
          try (MinioClient s3 =
              MinioClient.builder()
                  .endpoint(url.toString())
                  .credentials(ADMINISTRATOR, ADMINISTRATOR_SECRET)
                  .build()) {
            s3.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
          } catch (Exception e) {
            throw new IOException("cannot make the bucket " + bucket, e);
          }
        });
  }

  /** A key that may read and write all buckets. */
  void addKey(String key, String secret) throws Exception {
    connected(url -> admin(url).addKey(key, secret));
  }

  /** From now on requests with the key are refused. */
  void disableKey(String key) throws Exception {
    connected(url -> admin(url).disableKey(key));
  }

  private static MinioAdmin admin(URI url) {
    return new MinioAdmin(url, ADMINISTRATOR, ADMINISTRATOR_SECRET);
  }

  private void connected(Work work) throws IOException, GeneralSecurityException {
    try (LocalPortForward forward =
        namespace
            .client()
            .services()
            .inNamespace(namespace.name())
            .withName(NAME)
            .portForward(PORT)) {
      work.with(URI.create("http://127.0.0.1:" + forward.getLocalPort()));
    }
  }

  /** Kills it without warning; it stays away. */
  void kill() {
    scale(0);
    var pods = namespace.client().pods().inNamespace(namespace.name()).withLabel("app", NAME);
    var _ = pods.withGracePeriod(0).delete();
    Awaitility.await("the S3 server to be gone")
        .atMost(GONE_MAX)
        .until(() -> pods.list().getItems().isEmpty());
  }

  /** Starts it again over its objects. */
  void start() {
    scale(1);
    awaitUp();
  }

  private void scale(int replicas) {
    var _ =
        namespace
            .client()
            .apps()
            .deployments()
            .inNamespace(namespace.name())
            .withName(NAME)
            .scale(replicas);
  }

  private void awaitUp() {
    var _ =
        namespace.await(
            Deployment.class,
            NAME,
            "to have a ready pod",
            found ->
                found.getStatus() != null
                    && Integer.valueOf(1).equals(found.getStatus().getReadyReplicas()));
  }
}
