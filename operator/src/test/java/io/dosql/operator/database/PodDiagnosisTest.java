package io.dosql.operator.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodDiagnosisTest {

  private static Pod waiting(String container, String reason, @Nullable String message) {
    return pod(
        new ContainerStatusBuilder()
            .withName(container)
            .withImage("registry.example/engine:1")
            .withNewState()
            .withNewWaiting(message, reason)
            .endState());
  }

  private static Pod pod(ContainerStatusBuilder container) {
    return new PodBuilder()
        .withNewStatus()
        .withContainerStatuses(container.build())
        .endStatus()
        .build();
  }

  private static Optional<String> reason(Pod pod) {
    return PodDiagnosis.of(pod).map(Problem::reason);
  }

  @ParameterizedTest
  @CsvSource({
    "ErrImagePull,               ImagePullFailed",
    "ImagePullBackOff,           ImagePullFailed",
    "InvalidImageName,           ImagePullFailed",
    "ErrImageNeverPull,          ImagePullFailed",
    "CrashLoopBackOff,           PodCrashing",
    "CreateContainerConfigError, ContainerCannotStart",
    "CreateContainerError,       ContainerCannotStart",
    "RunContainerError,          ContainerCannotStart",
    "ContainerCreating,          ",
    "PodInitializing,            ",
  })
  void reasonsForWaiting(String waiting, @Nullable String problem) {
    assertThat(reason(waiting("engine", waiting, "why"))).isEqualTo(Optional.ofNullable(problem));
  }

  @Test
  void otherContainers_areNotTheEngine() {
    assertThat(reason(waiting("mesh-proxy", "CrashLoopBackOff", null))).isEmpty();
  }

  @Test
  void podThatIsNew_hasNoProblem() {
    assertThat(PodDiagnosis.of(new Pod())).isEmpty();
    assertThat(PodDiagnosis.of(new PodBuilder().withNewStatus().endStatus().build())).isEmpty();
  }

  @Test
  void podWithoutANode_saysWhatTheSchedulerSays() {
    Pod pod =
        new PodBuilder()
            .withNewStatus()
            .addNewCondition()
            .withType("PodScheduled")
            .withStatus("False")
            .withMessage("0/3 nodes are available: 3 Insufficient memory.")
            .endCondition()
            .endStatus()
            .build();
    assertThat(PodDiagnosis.of(pod).orElseThrow())
        .isEqualTo(
            new Problem(
                "PodUnschedulable",
                "The pod cannot be placed on a node: 0/3 nodes are available: 3 Insufficient"
                    + " memory. Check resources, storage class and the claims that the database"
                    + " names."));
  }

  @Test
  void crash_isToldWithItsLastWords() {
    Pod pod =
        pod(
            new ContainerStatusBuilder()
                .withName("engine")
                .withNewState()
                .withNewWaiting("back-off", "CrashLoopBackOff")
                .endState()
                .withNewLastState()
                .withNewTerminated()
                .withExitCode(3)
                .withReason("Error")
                .withMessage("starting\nthe log segment 0000 is corrupt\n")
                .endTerminated()
                .endLastState());
    assertThat(PodDiagnosis.of(pod).orElseThrow().message())
        .isEqualTo(
            "The engine ends again and again, last with code 3 (Error): the log segment 0000 is"
                + " corrupt. See its log.");
  }

  @Test
  void imageThatCannotBePulled_isNamed() {
    assertThat(PodDiagnosis.of(waiting("engine", "ImagePullBackOff", null)).orElseThrow().message())
        .startsWith("The image registry.example/engine:1 cannot be pulled");
  }
}
