package io.dosql.quickstart.operator;

import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLMigration;
import io.dosql.crds.DoSQLRestore;
import io.dosql.operator.main.OperatorConfig;
import io.dosql.operator.main.OperatorRuntime;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.PodEndpoints;
import io.dosql.quickstart.kubernetes.EmbeddedKubernetes;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatusBuilder;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.prometheus.client.CollectorRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** An API with the CRDs, an engine, and an operator that can be stopped and started. */
final class Cluster implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofSeconds(90);

  private static final List<String> CRDS =
      List.of("dosqldatabases", "dosqlmigrations", "dosqlbackups", "dosqlrestores");

  final EmbeddedKubernetes kubernetes;
  final KubernetesClient client;
  final ScriptedEngine engine = new ScriptedEngine();
  final RecordedRequests requests = new RecordedRequests();
  final Clock clock;
  private final KubernetesClient operatorClient;
  private CollectorRegistry registry = new CollectorRegistry();
  private @Nullable OperatorRuntime operator;

  Cluster(Path folder) throws IOException {
    this(folder, Clock.systemUTC());
  }

  /**
   * @param clock of the operator; the API's is that of the machine
   */
  Cluster(Path folder, Clock clock) throws IOException {
    this.clock = clock;
    kubernetes = EmbeddedKubernetes.start(folder, 0, (_, _) -> Optional.empty(), Clock.systemUTC());
    client = kubernetes.newClient();
    operatorClient =
        new KubernetesClientBuilder()
            .withConfig(client.getConfiguration())
            .withHttpClientBuilderConsumer(
                builder -> builder.addOrReplaceInterceptor("recorder", requests))
            .build();
    for (String crd : CRDS) {
      try (InputStream definition =
          DoSQLDatabase.class.getResourceAsStream("/crds/" + crd + ".dosql.io-v1.yml")) {
        client.load(Objects.requireNonNull(definition, crd)).serverSideApply();
      }
    }
  }

  void startOperator() {
    registry = new CollectorRegistry();
    OperatorRuntime started =
        new OperatorRuntime(
            operatorClient,
            new PodEndpoints() {
              @Override
              public URI admin(DatabaseKey database) {
                return engine.url();
              }

              @Override
              public URI data(DatabaseKey database) {
                return URI.create("http://127.0.0.1:18080");
              }
            },
            clock,
            new OperatorConfig(
                "engine:test", Set.of(), Optional.empty(), 8, PATIENCE, PATIENCE, false),
            registry);
    started.start();
    operator = started;
  }

  void stopOperator() {
    if (operator != null) {
      operator.close();
      operator = null;
    }
  }

  /** How many passes over resources of a kind have ended well since the operator started. */
  int passes(String kind) {
    Double value =
        registry.getSampleValue(
            "dosql_operator_reconciliations_total",
            new String[] {"kind", "result"},
            new String[] {kind, "ok"});
    return value == null ? 0 : value.intValue();
  }

  int failedPasses() {
    return CRD_KINDS.stream()
        .map(
            kind ->
                registry.getSampleValue(
                    "dosql_operator_reconciliations_total",
                    new String[] {"kind", "result"},
                    new String[] {kind, "error"}))
        .filter(Objects::nonNull)
        .mapToInt(Double::intValue)
        .sum();
  }

  static final List<String> CRD_KINDS =
      List.of("DoSQLDatabase", "DoSQLMigration", "DoSQLBackup", "DoSQLRestore");

  void apply(String yaml) {
    client
        .load(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)))
        .inNamespace("default")
        .serverSideApply();
  }

  /** Plays the controller: the pod and its claim are there, and the pod is ready. */
  void runPod(String database) {
    makeClaim(database);
    podReady(database, 1);
  }

  private void makeClaim(String database) {
    StatefulSet set =
        Awaitility.await()
            .atMost(PATIENCE)
            .until(
                () -> client.apps().statefulSets().inNamespace("default").withName(database).get(),
                Objects::nonNull);
    var template = set.getSpec().getVolumeClaimTemplates().getFirst();
    client
        .resource(
            new PersistentVolumeClaimBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName("data-" + database + "-0")
                .withLabels(template.getMetadata().getLabels())
                .endMetadata()
                .withSpec(template.getSpec())
                .build())
        .createOr(existing -> null);
  }

  /**
   * Plays the controller and the kubelet: the pod and its claim are there, and the engine has
   * started, but its readiness probe fails.
   */
  void startPod(String database) {
    makeClaim(database);
    podReady(database, 0);
    var template =
        client
            .apps()
            .statefulSets()
            .inNamespace("default")
            .withName(database)
            .get()
            .getSpec()
            .getTemplate();
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace("default")
            .withName(database + "-0")
            .withLabels(template.getMetadata().getLabels())
            .endMetadata()
            .withSpec(template.getSpec())
            .build();
    client.resource(pod).createOr(existing -> null);
    client
        .pods()
        .inNamespace("default")
        .withName(database + "-0")
        .editStatus(
            found -> {
              found.setStatus(
                  new PodStatusBuilder()
                      .withPhase("Running")
                      .addNewContainerStatus()
                      .withName("engine")
                      .withStarted(true)
                      .withReady(false)
                      .withRestartCount(0)
                      .withImage("engine:test")
                      .withImageID("engine:test")
                      .endContainerStatus()
                      .build());
              return found;
            });
  }

  /** Plays the controller of Jobs: the only Job has ended, and its pod left this answer. */
  void endJob(boolean succeeded, String answer) {
    Job job =
        Awaitility.await("a Job")
            .atMost(PATIENCE)
            .until(
                () ->
                    client.batch().v1().jobs().inNamespace("default").list().getItems().stream()
                        .filter(found -> found.getStatus() == null)
                        .findFirst()
                        .orElse(null),
                Objects::nonNull);
    var template = job.getSpec().getTemplate();
    Pod pod =
        client
            .resource(
                new PodBuilder()
                    .withNewMetadata()
                    .withNamespace("default")
                    .withName(job.getMetadata().getName() + "-x")
                    .withLabels(template.getMetadata().getLabels())
                    .endMetadata()
                    .withSpec(template.getSpec())
                    .build())
            .create();
    pod.setStatus(
        new PodStatusBuilder()
            .addNewContainerStatus()
            .withName("verify")
            .withNewState()
            .withNewTerminated()
            .withExitCode(succeeded ? 0 : 1)
            .withReason(succeeded ? "Completed" : "Error")
            .withMessage(answer)
            .endTerminated()
            .endState()
            .withRestartCount(0)
            .withImage("engine:test")
            .withImageID("engine:test")
            .withReady(false)
            .endContainerStatus()
            .build());
    client.resource(pod).updateStatus();
    job.setStatus(
        new JobStatusBuilder()
            .addNewCondition()
            .withType(succeeded ? "Complete" : "Failed")
            .withStatus("True")
            .endCondition()
            .build());
    client.resource(job).updateStatus();
  }

  /** Tries again, as controllers do, if the operator was quicker. */
  void podReady(String database, int ready) {
    var _ =
        Awaitility.await("the status of the StatefulSet to be written")
            .atMost(PATIENCE)
            .ignoreExceptionsMatching(
                failure ->
                    failure instanceof KubernetesClientException refused
                        && refused.getCode() == HttpURLConnection.HTTP_CONFLICT)
            .until(() -> writePodReady(database, ready), Objects::nonNull);
  }

  private StatefulSet writePodReady(String database, int ready) {
    return client
        .apps()
        .statefulSets()
        .inNamespace("default")
        .withName(database)
        .editStatus(
            set -> {
              set.setStatus(
                  new StatefulSetStatusBuilder()
                      .withObservedGeneration(set.getMetadata().getGeneration())
                      .withReplicas(1)
                      .withReadyReplicas(ready)
                      .withCurrentRevision("r" + set.getMetadata().getGeneration())
                      .withUpdateRevision("r" + set.getMetadata().getGeneration())
                      .build());
              return set;
            });
  }

  <T extends CustomResource<?, ?>> T get(Class<T> type, String name) {
    return Objects.requireNonNull(
        client.resources(type).inNamespace("default").withName(name).get(), name);
  }

  <T extends CustomResource<?, ?>> T await(Class<T> type, String name, Predicate<T> condition) {
    return Awaitility.await(type.getSimpleName() + " " + name)
        .atMost(PATIENCE)
        .until(
            () -> client.resources(type).inNamespace("default").withName(name).get(),
            resource ->
                resource != null && resource.getStatus() != null && condition.test(resource));
  }

  /** As {@code kubectl wait} does it, for any kind. */
  void awaitReady(Class<? extends CustomResource<?, ?>> type, String name) {
    client
        .resources(type)
        .inNamespace("default")
        .withName(name)
        .waitUntilCondition(
            resource -> resource != null && Conditions.isReady(resource),
            PATIENCE.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Wakes the database's controller by a change that is nobody's business. */
  void touch(String database) {
    client
        .services()
        .inNamespace("default")
        .withName(database + "-rw")
        .edit(
            service -> {
              service
                  .getMetadata()
                  .getAnnotations()
                  .put("test/touched", Long.toString(System.nanoTime()));
              return service;
            });
  }

  /** The versions of all objects that the operator may write. */
  Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>();
    List.<List<? extends HasMetadata>>of(
            client.resources(DoSQLDatabase.class).inAnyNamespace().list().getItems(),
            client.resources(DoSQLMigration.class).inAnyNamespace().list().getItems(),
            client.resources(DoSQLBackup.class).inAnyNamespace().list().getItems(),
            client.resources(DoSQLRestore.class).inAnyNamespace().list().getItems(),
            client.apps().statefulSets().inAnyNamespace().list().getItems(),
            client.services().inAnyNamespace().list().getItems(),
            client.secrets().inAnyNamespace().list().getItems(),
            client.serviceAccounts().inAnyNamespace().list().getItems(),
            client.policy().v1().podDisruptionBudget().inAnyNamespace().list().getItems(),
            client.persistentVolumeClaims().inAnyNamespace().list().getItems(),
            client.batch().v1().jobs().inAnyNamespace().list().getItems(),
            client.v1().events().inAnyNamespace().list().getItems())
        .forEach(
            objects ->
                objects.forEach(
                    object ->
                        versions.put(
                            object.getKind() + "/" + object.getMetadata().getName(),
                            object.getMetadata().getResourceVersion())));
    return versions;
  }

  @Override
  public void close() {
    stopOperator();
    operatorClient.close();
    client.close();
    engine.close();
    kubernetes.close();
  }
}
