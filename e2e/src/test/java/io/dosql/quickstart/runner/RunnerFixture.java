package io.dosql.quickstart.runner;

import static org.awaitility.Awaitility.await;

import io.dosql.quickstart.kubernetes.EmbeddedKubernetes;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** An API with a runner, and a StatefulSet of the real engine such as the operator makes. */
final class RunnerFixture implements AutoCloseable {

  static final String NAMESPACE = "default";
  static final String SET = "db";
  static final String POD = "db-0";
  static final String KEYS = "db-keys";
  static final Duration LONG = Duration.ofSeconds(60);

  private static final String JWKS =
      """
      {"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","alg":"EdDSA","use":"sig",
                "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}
      """;

  final RunnerFolder folder;
  final KubernetesClient client;
  final LoopbackPorts ports;
  private final EmbeddedKubernetes kubernetes;
  private final LocalImage image;
  private @Nullable PodRunner runner;

  RunnerFixture(Path root, LocalImage image) throws IOException {
    this.folder = new RunnerFolder(root);
    this.image = image;
    this.ports = LoopbackPorts.open(folder.portsFile());
    this.kubernetes =
        EmbeddedKubernetes.start(
            root.resolve("kubernetes"), 0, (_, _) -> Optional.empty(), Clock.systemUTC());
    this.client = kubernetes.newClient();
    startRunner();
  }

  void startRunner() throws IOException {
    runner =
        PodRunner.start(client, folder, ports, image, RestartDelays.DEFAULT, Clock.systemUTC());
  }

  void stopRunner() {
    if (runner != null) {
      runner.close();
    }
  }

  static Secret keys(String adminToken) {
    return new SecretBuilder()
        .withNewMetadata()
        .withName(KEYS)
        .withNamespace(NAMESPACE)
        .endMetadata()
        .withStringData(Map.of("jwks.json", JWKS, "admin-token", adminToken, "private", "secret"))
        .build();
  }

  StatefulSet statefulSet() {
    return Serialization.unmarshal(
        """
        apiVersion: apps/v1
        kind: StatefulSet
        metadata: {name: db, namespace: default}
        spec:
          replicas: 1
          serviceName: db-pods
          podManagementPolicy: Parallel
          selector: {matchLabels: {app: db}}
          persistentVolumeClaimRetentionPolicy: {whenDeleted: Delete, whenScaled: Retain}
          template:
            metadata: {labels: {app: db}}
            spec:
              terminationGracePeriodSeconds: 20
              containers:
              - name: engine
                image: "%s"
                terminationMessagePolicy: FallbackToLogsOnError
                env:
                - {name: DOSQL_DATABASE, value: default/db}
                - {name: DOSQL_DATA_DIR, value: /data}
                - {name: DOSQL_HTTP_PORT, value: "8080"}
                - {name: DOSQL_ADMIN_PORT, value: "8081"}
                - {name: DOSQL_AUTH_JWKS_FILE, value: /etc/dosql/keys/jwks.json}
                - {name: DOSQL_ADMIN_TOKEN_FILE, value: /etc/dosql/keys/admin-token}
                ports:
                - {name: http, containerPort: 8080}
                - {name: admin, containerPort: 8081}
                startupProbe: {httpGet: {path: /health/ready, port: http}, periodSeconds: 2, failureThreshold: 100}
                readinessProbe: {httpGet: {path: /health/ready, port: http}, periodSeconds: 1}
                livenessProbe: {httpGet: {path: /health/live, port: http}, periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 12}
                volumeMounts:
                - {name: data, mountPath: /data}
                - {name: tmp, mountPath: /tmp}
                - {name: keys, mountPath: /etc/dosql/keys, readOnly: true}
              volumes:
              - {name: tmp, emptyDir: {}}
              - name: keys
                projected:
                  defaultMode: 288
                  sources:
                  - secret:
                      name: db-keys
                      items:
                      - {key: jwks.json, path: jwks.json}
                      - {key: admin-token, path: admin-token}
          volumeClaimTemplates:
          - metadata: {name: data}
            spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
        """
            .formatted(image.name()),
        StatefulSet.class);
  }

  Path keysFolder() {
    return folder.volume(NAMESPACE, POD, "keys");
  }

  long processId() throws IOException {
    String record = Files.readString(folder.pod(NAMESPACE, POD).resolve(ProcessRecord.FILE));
    return Serialization.unmarshal(record, ProcessRecord.class).pid();
  }

  @Nullable Pod pod() {
    return client.pods().inNamespace(NAMESPACE).withName(POD).get();
  }

  Pod awaitPod(Predicate<Pod> condition) {
    return await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(50))
        .until(this::pod, pod -> pod != null && condition.test(pod));
  }

  Pod awaitReady() {
    return awaitPod(RunnerFixture::isReady);
  }

  static boolean isReady(Pod pod) {
    return hasCondition(pod, "Ready", "True");
  }

  static boolean hasCondition(Pod pod, String type, String status) {
    return pod.getStatus().getConditions().stream()
        .anyMatch(
            condition -> condition.getType().equals(type) && condition.getStatus().equals(status));
  }

  static ContainerStatus container(Pod pod) {
    return pod.getStatus().getContainerStatuses().getFirst();
  }

  List<String> eventReasons(String name) {
    return client.v1().events().inNamespace(NAMESPACE).list().getItems().stream()
        .filter(event -> event.getInvolvedObject().getName().equals(name))
        .map(Event::getReason)
        .toList();
  }

  @Override
  public void close() {
    stopRunner();
    client.close();
    kubernetes.close();
  }
}
