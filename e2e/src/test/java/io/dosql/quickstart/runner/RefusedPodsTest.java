package io.dosql.quickstart.runner;

import static io.dosql.quickstart.runner.RunnerFixture.LONG;
import static io.dosql.quickstart.runner.RunnerFixture.NAMESPACE;
import static io.dosql.quickstart.runner.RunnerFixture.POD;
import static io.dosql.quickstart.runner.RunnerFixture.container;
import static io.dosql.quickstart.runner.RunnerFixture.hasCondition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot run, or not yet: how that shows. The image is one that sleeps, or ends at once. */
class RefusedPodsTest {

  /** The program of the image. */
  private List<String> command = List.of("/bin/sleep", "600");

  private RunnerFixture fixture;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    fixture =
        new RunnerFixture(
            folder,
            new LocalImage() {
              @Override
              public String name() {
                return "test:1";
              }

              @Override
              public List<String> command(ContainerPlace place) {
                return command;
              }

              @Override
              public Map<String, String> environment() {
                return Map.of();
              }
            });
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private void create(Consumer<StatefulSet> change) {
    StatefulSet set = fixture.statefulSet();
    // Nobody answers probes here.
    var engine = set.getSpec().getTemplate().getSpec().getContainers().getFirst();
    engine.setStartupProbe(null);
    engine.setReadinessProbe(null);
    engine.setLivenessProbe(null);
    change.accept(set);
    var _ = fixture.client.resource(set).create();
  }

  private void createKeys() {
    var _ = fixture.client.resource(RunnerFixture.keys("t")).create();
  }

  private ContainerStateWaiting awaitWaiting(String reason) {
    Pod pod =
        fixture.awaitPod(
            found ->
                !found.getStatus().getContainerStatuses().isEmpty()
                    && container(found).getState().getWaiting() != null
                    && reason.equals(container(found).getState().getWaiting().getReason()));
    return container(pod).getState().getWaiting();
  }

  @Test
  void fieldThatCannotBeHonouredIsNamedInThePodsStatus() {
    createKeys();
    create(set -> set.getSpec().getTemplate().getSpec().setHostNetwork(true));

    assertThat(awaitWaiting("CreateContainerConfigError").getMessage())
        .contains("hostNetwork is not supported");
    assertThat(fixture.eventReasons(POD)).contains("Failed");
  }

  @Test
  void jobFailsAtOnceAndSaysWhy() {
    Job created =
        fixture
            .client
            .resource(
                new JobBuilder()
                    .withNewMetadata()
                    .withNamespace(NAMESPACE)
                    .withName("verify")
                    .endMetadata()
                    .withNewSpec()
                    .withNewTemplate()
                    .withNewSpec()
                    .withRestartPolicy("Never")
                    .addNewContainer()
                    .withName("verify")
                    .withImage("any:1")
                    .endContainer()
                    .endSpec()
                    .endTemplate()
                    .endSpec()
                    .build())
            .create();
    Job failed =
        await()
            .atMost(LONG)
            .until(
                () -> fixture.client.resource(created).get(),
                job -> job.getStatus() != null && !job.getStatus().getConditions().isEmpty());
    assertThat(failed.getStatus().getConditions())
        .singleElement()
        .satisfies(
            condition -> {
              assertThat(condition.getType()).isEqualTo("Failed");
              assertThat(condition.getStatus()).isEqualTo("True");
              assertThat(condition.getMessage()).contains("runs no Jobs");
            });
  }

  @Test
  void otherImagesAreNotPulled() {
    createKeys();
    create(
        set ->
            set.getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .setImage("elsewhere:2"));

    assertThat(awaitWaiting("ErrImagePull").getMessage()).contains("test:1");
  }

  @Test
  void statefulSetThatCannotBeHonouredGetsNoPod() {
    createKeys();
    create(set -> set.getSpec().setReplicas(2));

    await()
        .atMost(LONG)
        .untilAsserted(
            () -> assertThat(fixture.eventReasons(RunnerFixture.SET)).contains("FailedCreate"));
    assertThat(fixture.pod()).isNull();
  }

  @Test
  void podWithoutAStatefulSetIsRefused() {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withNamespace(NAMESPACE)
            .withName(POD)
            .endMetadata()
            .withNewSpec()
            .addNewContainer()
            .withName("c")
            .withImage("test:1")
            .endContainer()
            .endSpec()
            .build();
    var _ = fixture.client.resource(pod).create();

    assertThat(
            fixture
                .awaitPod(found -> hasCondition(found, "PodScheduled", "False"))
                .getStatus()
                .getConditions()
                .getFirst()
                .getMessage())
        .contains("StatefulSets only");
  }

  @Test
  void containerWaitsForASecretAndStartsWhenItComes() {
    create(_ -> {});
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(awaitWaiting("ContainerCreating").getMessage())
                    .contains("secret \"db-keys\" not found"));

    createKeys();

    var _ = fixture.awaitReady();
  }

  @Test
  void podWaitsForAClaimAndStartsWhenItComes() throws IOException {
    createKeys();
    create(
        set -> {
          var spec = set.getSpec().getTemplate().getSpec();
          spec.getVolumes().removeIf(volume -> volume.getName().equals("tmp"));
          spec.getVolumes()
              .add(
                  new io.fabric8.kubernetes.api.model.VolumeBuilder()
                      .withName("tmp")
                      .withNewPersistentVolumeClaim()
                      .withClaimName("shared")
                      .endPersistentVolumeClaim()
                      .build());
        });
    Pod pod = fixture.awaitPod(found -> hasCondition(found, "PodScheduled", "False"));
    assertThat(pod.getStatus().getConditions().getFirst().getMessage())
        .contains("persistentvolumeclaim \"shared\" not found");

    var _ = fixture.client.resource(claim("shared", null)).create();

    var _ = fixture.awaitReady();
    assertThat(fixture.folder.claim(NAMESPACE, "shared")).isDirectory();

    // A claim goes with its content, but not under a pod.
    Files.writeString(fixture.folder.claim(NAMESPACE, "shared").resolve("file"), "text");
    var _ =
        fixture.client.persistentVolumeClaims().inNamespace(NAMESPACE).withName("shared").delete();
    assertThat(fixture.folder.claim(NAMESPACE, "shared").resolve("file")).exists();
    var _ = fixture.client.apps().statefulSets().inNamespace(NAMESPACE).withName("db").delete();
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              assertThat(fixture.pod()).isNull();
              assertThat(fixture.folder.claim(NAMESPACE, "shared")).doesNotExist();
              assertThat(fixture.folder.claim(NAMESPACE, "data-db-0")).doesNotExist();
            });
  }

  @Test
  void claimOfAnUnknownClassStaysPending() {
    var _ = fixture.client.resource(claim("fast", "fast-ssd")).create();

    await()
        .atMost(LONG)
        .untilAsserted(
            () -> assertThat(fixture.eventReasons("fast")).contains("ProvisioningFailed"));
    assertThat(
            fixture
                .client
                .persistentVolumeClaims()
                .inNamespace(NAMESPACE)
                .withName("fast")
                .get()
                .getStatus()
                .getPhase())
        .isEqualTo("Pending");
  }

  private static PersistentVolumeClaim claim(
      String name, @org.jspecify.annotations.Nullable String storageClass) {
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withNamespace(NAMESPACE)
        .withName(name)
        .endMetadata()
        .withNewSpec()
        .withAccessModes("ReadWriteOnce")
        .withStorageClassName(storageClass)
        .withNewResources()
        .withRequests(Map.of("storage", new Quantity("1Gi")))
        .endResources()
        .endSpec()
        .build();
  }

  @Test
  void programThatEndsAgainAndAgainBacksOffAndSaysWhatItSaidLast() {
    command = List.of("/bin/sh", "-c", "echo no such luck; exit 7");
    createKeys();
    create(_ -> {});

    assertThat(awaitWaiting("CrashLoopBackOff").getMessage()).contains("container=engine");
    Pod pod = fixture.awaitPod(found -> container(found).getRestartCount() >= 2);
    assertThat(container(pod).getLastState().getTerminated().getExitCode()).isEqualTo(7);
    assertThat(container(pod).getLastState().getTerminated().getMessage()).contains("no such luck");
    assertThat(fixture.eventReasons(POD)).contains("BackOff");
  }
}
