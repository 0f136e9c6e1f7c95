package io.dosql.quickstart.runner;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobConditionBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobStatusBuilder;
import java.time.temporal.ChronoUnit;

/**
 * Fails every Job at once: the quickstart runs none, and whoever waits for one is to hear so rather
 * than to wait for ever. Used by one thread.
 */
final class JobRefusal {

  static final String REASON = "NotSupported";
  static final String MESSAGE = "the quickstart runs no Jobs; verify backups in a cluster";

  private final RunnerContext context;

  JobRefusal(RunnerContext context) {
    this.context = context;
  }

  void sync(Job job) {
    if (job.getMetadata().getDeletionTimestamp() != null || hasEnded(job)) {
      return;
    }
    String now = context.clock().instant().truncatedTo(ChronoUnit.SECONDS).toString();
    context.events().warning(job, REASON, MESSAGE);
    var _ =
        context
            .client()
            .resource(
                new JobBuilder(job)
                    .withStatus(
                        new JobStatusBuilder()
                            .withFailed(0)
                            .withConditions(
                                new JobConditionBuilder()
                                    .withType("Failed")
                                    .withStatus("True")
                                    .withReason(REASON)
                                    .withMessage(MESSAGE)
                                    .withLastTransitionTime(now)
                                    .build())
                            .build())
                    .build())
            .updateStatus();
  }

  private static boolean hasEnded(Job job) {
    return job.getStatus() != null
        && job.getStatus().getConditions() != null
        && job.getStatus().getConditions().stream()
            .anyMatch(
                condition ->
                    "True".equals(condition.getStatus())
                        && ("Failed".equals(condition.getType())
                            || "Complete".equals(condition.getType())));
  }
}
