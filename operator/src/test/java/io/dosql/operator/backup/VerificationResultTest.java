package io.dosql.operator.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerificationResultTest {

  static Job job(@Nullable String condition, @Nullable String reason) {
    return job(condition, reason, null);
  }

  private static Job job(
      @Nullable String condition, @Nullable String reason, @Nullable String message) {
    JobBuilder job = new JobBuilder().withNewMetadata().withName("j").endMetadata();
    return condition == null
        ? job.build()
        : job.withNewStatus()
            .addNewCondition()
            .withType(condition)
            .withStatus("True")
            .withReason(reason)
            .withMessage(message)
            .endCondition()
            .endStatus()
            .build();
  }

  private static Pod pod(int code, String reason, @Nullable String message) {
    return new PodBuilder()
        .withNewStatus()
        .addNewContainerStatus()
        .withName("verify")
        .withNewState()
        .withNewTerminated()
        .withExitCode(code)
        .withReason(reason)
        .withMessage(message)
        .endTerminated()
        .endState()
        .endContainerStatus()
        .endStatus()
        .build();
  }

  private static VerificationResult ended(int code, String reason, @Nullable String message) {
    return VerificationResult.of(
        job(code == 0 ? "Complete" : "Failed", null), Optional.of(pod(code, reason, message)));
  }

  @Test
  void jobWithoutAnEnd_runs() {
    assertThat(VerificationResult.of(job(null, null), Optional.empty()))
        .isEqualTo(new VerificationResult.Running());
    assertThat(VerificationResult.of(job("Suspended", null), Optional.empty()))
        .isEqualTo(new VerificationResult.Running());
  }

  @Test
  void backupThatIsWhole_passes() {
    assertThat(
            ended(
                0,
                "Completed",
                "{\"backup\":\"b\",\"ok\":true,\"retryable\":false,\"message\":\"All well.\","
                    + "\"tenants\":12,\"verified\":12,\"failures\":[]}"))
        .isEqualTo(new VerificationResult.Passed("All well."));
    assertThat(ended(0, "Completed", "{\"ok\":true,\"tenants\":[{\"tenant\":\"a\",\"ok\":true}]}"))
        .isEqualTo(new VerificationResult.Passed("1 tenants were restored and are whole."));
  }

  @Test
  void damagedBackup_fails_andNamesTheTenants() {
    assertThat(
            ended(
                1,
                "Error",
                "{\"ok\":false,\"message\":\"1 of 2 tenants failed.\",\"tenants\":2,\"failures\":"
                    + "[{\"tenant\":\"a\",\"lsn\":\"7\",\"message\":\"page 3 is damaged\"}]}"))
        .isEqualTo(
            new VerificationResult.Failed("1 of 2 tenants failed. a at LSN 7: page 3 is damaged"));
    assertThat(
            ended(
                1,
                "Error",
                "{\"ok\":false,\"tenants\":[{\"tenant\":\"a\",\"lsn\":\"7\",\"ok\":true},"
                    + "{\"tenant\":\"b\",\"lsn\":\"8\",\"ok\":false,\"message\":\"gone\"}]}"))
        .isEqualTo(new VerificationResult.Failed("b at LSN 8: gone"));
  }

  @Test
  void storeThatWasAway_saysNothingOfTheBackup() {
    assertThat(ended(1, "Error", "{\"ok\":false,\"retryable\":true,\"message\":\"No answer.\"}"))
        .isEqualTo(new VerificationResult.Inconclusive("No answer."));
  }

  @Test
  void jobWithoutAnAnswer_saysNothingOfTheBackup_butHowItEnded() {
    assertThat(ended(137, "OOMKilled", null))
        .isEqualTo(
            new VerificationResult.Inconclusive(
                "The Job j ended with code 137 (OOMKilled) and left no answer."));
    assertThat(ended(2, "Error", "DOSQL_STORE is not set"))
        .isInstanceOf(VerificationResult.Inconclusive.class);
    assertThat(ended(1, "Error", "{\"ok\":")).isInstanceOf(VerificationResult.Inconclusive.class);
    assertThat(ended(1, "Error", "{\"unknown\":1}"))
        .isInstanceOf(VerificationResult.Inconclusive.class);
    assertThat(
            VerificationResult.of(
                job("Failed", "BackoffLimitExceeded"),
                Optional.of(
                    new PodBuilder()
                        .withNewStatus()
                        .withReason("Evicted")
                        .withMessage("The node was low on ephemeral-storage.")
                        .endStatus()
                        .build())))
        .isEqualTo(
            new VerificationResult.Inconclusive(
                "The Job j failed and left no answer: The node was low on ephemeral-storage."));
  }

  @Test
  void jobThatTookTooLong_namesTheLimit() {
    assertThat(VerificationResult.of(job("Failed", "DeadlineExceeded"), Optional.empty()))
        .isEqualTo(
            new VerificationResult.Inconclusive(
                "The Job j did not end within backup.verify.timeout; make that longer."));
  }

  @Test
  void jobWithoutAPod_saysWhatItsControllerSays() {
    assertThat(
            VerificationResult.of(
                job("Failed", "FailedCreate", "exceeded quota"), Optional.empty()))
        .isEqualTo(
            new VerificationResult.Inconclusive(
                "The Job j failed and left no answer: exceeded quota."));
  }

  @Test
  void longAnswer_isCut() {
    VerificationResult result =
        ended(1, "Error", "{\"ok\":false,\"message\":\"" + "x".repeat(4000) + "\"}");
    assertThat(((VerificationResult.Failed) result).message()).hasSize(1000).endsWith("…");
  }
}
