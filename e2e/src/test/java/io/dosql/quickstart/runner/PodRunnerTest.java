package io.dosql.quickstart.runner;

import static io.dosql.quickstart.runner.RunnerFixture.LONG;
import static io.dosql.quickstart.runner.RunnerFixture.NAMESPACE;
import static io.dosql.quickstart.runner.RunnerFixture.POD;
import static io.dosql.quickstart.runner.RunnerFixture.SET;
import static io.dosql.quickstart.runner.RunnerFixture.container;
import static io.dosql.quickstart.runner.RunnerFixture.hasCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dosql.quickstart.EngineImageFixture;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A runner over the embedded API with one database's StatefulSet, and the real engine. A test
 * starts from a pod that is ready and leaves one behind.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PodRunnerTest {

  private static final String TOKEN = "a-token-of-the-admin-api";
  private static final String OTHER_TOKEN = "another-token-of-the-admin-api";

  private final HttpClient http = HttpClient.newHttpClient();
  private RunnerFixture fixture;

  PodRunnerTest(@TempDir Path folder) throws IOException {
    fixture = new RunnerFixture(folder, EngineImageFixture.build());
  }

  @BeforeAll
  void createStatefulSet() {
    var _ = fixture.client.resource(RunnerFixture.keys(TOKEN)).create();
    var _ = fixture.client.resource(fixture.statefulSet()).create();
  }

  @AfterAll
  void close() {
    fixture.close();
    http.close();
  }

  private int adminStatus(String token) throws IOException, InterruptedException {
    int port = fixture.ports.get(LoopbackPorts.owner(NAMESPACE, POD, 8081));
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/admin/status".formatted(port)))
            .header("Authorization", "Bearer " + token)
            .build();
    return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private StatefulSet statefulSet() {
    return fixture.client.apps().statefulSets().inNamespace(NAMESPACE).withName(SET).get();
  }

  private StatefulSetStatus awaitSettledStatus() {
    return await()
        .atMost(LONG)
        .until(
            () -> statefulSet().getStatus(),
            status ->
                status != null
                    && Integer.valueOf(1).equals(status.getReadyReplicas())
                    && status.getCurrentRevision().equals(status.getUpdateRevision()));
  }

  private static boolean isAlive(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
  }

  @Test
  void readyPodLooksAsInACluster() throws Exception {
    Pod pod = fixture.awaitReady();

    assertThat(pod.getStatus().getPhase()).isEqualTo("Running");
    assertThat(pod.getStatus().getPodIP()).isEqualTo("127.0.0.1");
    assertThat(container(pod).getState().getRunning().getStartedAt()).isNotNull();
    assertThat(container(pod).getStarted()).isTrue();
    assertThat(container(pod).getReady()).isTrue();
    assertThat(pod.getMetadata().getLabels()).containsEntry("app", "db");
    StatefulSetStatus status = awaitSettledStatus();
    assertThat(status.getObservedGeneration())
        .isEqualTo(statefulSet().getMetadata().getGeneration());
    PersistentVolumeClaim claim =
        fixture.client.persistentVolumeClaims().inNamespace(NAMESPACE).withName("data-db-0").get();
    assertThat(claim.getStatus().getPhase()).isEqualTo("Bound");
    assertThat(claim.getMetadata().getOwnerReferences()).hasSize(1);
    assertThat(fixture.folder.claim(NAMESPACE, "data-db-0").resolve("identity.json")).exists();
    awaitServingInTheLog();
    assertThat(fixture.keysFolder().resolve("private")).doesNotExist();
    assertThat(fixture.eventReasons(POD)).contains("Started");
  }

  /** Said after the engine is ready. */
  private void awaitServingInTheLog() {
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(fixture.folder.log(NAMESPACE, POD))
                    .content()
                    .contains("Serving default/db"));
  }

  @Test
  void changedSecretReachesTheRunningEngine() throws Exception {
    Pod before = fixture.awaitReady();
    assertThat(adminStatus(TOKEN)).isEqualTo(200);

    var _ = fixture.client.resource(RunnerFixture.keys(OTHER_TOKEN)).serverSideApply();

    await().atMost(LONG).until(() -> adminStatus(OTHER_TOKEN) == 200);
    assertThat(adminStatus(TOKEN)).isEqualTo(401);
    assertThat(fixture.keysFolder().resolve("..data/admin-token")).hasContent(OTHER_TOKEN);
    Pod after = fixture.awaitReady();
    assertThat(container(after).getRestartCount()).isEqualTo(container(before).getRestartCount());
    var _ = fixture.client.resource(RunnerFixture.keys(TOKEN)).serverSideApply();
    await().atMost(LONG).until(() -> adminStatus(TOKEN) == 200);
  }

  @Test
  void killedProcessIsStartedAgain() throws Exception {
    int restarts = container(fixture.awaitReady()).getRestartCount();
    long pid = fixture.processId();
    awaitServingInTheLog();

    assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();

    Pod pod =
        fixture.awaitPod(
            found ->
                RunnerFixture.isReady(found) && container(found).getRestartCount() == restarts + 1);
    ContainerStateTerminated last = container(pod).getLastState().getTerminated();
    assertThat(last.getExitCode()).isEqualTo(128 + 9);
    assertThat(last.getReason()).isEqualTo("Error");
    assertThat(last.getMessage()).contains("Serving default/db");
    assertThat(fixture.processId()).isNotEqualTo(pid);
  }

  @Test
  void deletedPodEndsWithItsProcessAndAnotherTakesItsPlace() throws Exception {
    Pod before = fixture.awaitReady();
    long pid = fixture.processId();

    var _ = fixture.client.pods().inNamespace(NAMESPACE).withName(POD).delete();

    Pod after =
        fixture.awaitPod(
            found ->
                !found.getMetadata().getUid().equals(before.getMetadata().getUid())
                    && RunnerFixture.isReady(found));
    assertThat(isAlive(pid)).isFalse();
    assertThat(container(after).getRestartCount()).isZero();
    assertThat(fixture.folder.log(NAMESPACE, POD)).content().contains("Shut down");
  }

  @Test
  void changedTemplateReplacesThePod() throws Exception {
    Pod before = fixture.awaitReady();
    String revision = awaitSettledStatus().getCurrentRevision();
    int port = fixture.ports.get(LoopbackPorts.owner(NAMESPACE, POD, 8080));

    var _ =
        fixture
            .client
            .apps()
            .statefulSets()
            .inNamespace(NAMESPACE)
            .withName(SET)
            .edit(
                set -> {
                  set.getSpec()
                      .getTemplate()
                      .getSpec()
                      .getContainers()
                      .getFirst()
                      .getEnv()
                      .addFirst(
                          new io.fabric8.kubernetes.api.model.EnvVar(
                              "DOSQL_TENANTS_MODE", "Declared", null));
                  return set;
                });

    Pod after =
        fixture.awaitPod(
            found ->
                !found.getMetadata().getUid().equals(before.getMetadata().getUid())
                    && RunnerFixture.isReady(found));
    assertThat(StatefulSets.revision(after)).isNotEqualTo(revision);
    assertThat(awaitSettledStatus().getCurrentRevision()).isEqualTo(StatefulSets.revision(after));
    assertThat(fixture.ports.get(LoopbackPorts.owner(NAMESPACE, POD, 8080))).isEqualTo(port);
  }

  /** What a kill of the runner leaves behind: a process, and objects that tell of it. */
  @Test
  void runnerThatComesAfterAKilledOneEndsItsProcessesFirst() throws Exception {
    fixture.awaitReady();
    fixture.stopRunner();
    Path pod = fixture.folder.pod(NAMESPACE, POD);
    Files.createDirectories(pod);
    Process orphan = new ProcessBuilder("/bin/sleep", "600").start();
    ProcessRecord.write(pod.resolve(ProcessRecord.FILE), orphan.toHandle());

    fixture.startRunner();

    assertThat(orphan.isAlive()).isFalse();
    assertThat(statefulSet().getStatus().getReadyReplicas()).isZero();
    assertThat(hasCondition(fixture.awaitReady(), "PodScheduled", "True")).isTrue();
  }
}
