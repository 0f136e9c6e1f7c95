package io.dosql.operator.backup;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of a Job that verifies a backup; pure. The engine leaves its answer as JSON in the
 * container's termination message:
 *
 * <pre>
 *   {"backup", "ok", "retryable", "message", "tenants": 12 or [...],
 *    "failures": [{"tenant", "lsn", "message"}]}
 * </pre>
 */
sealed interface VerificationResult {

  /** The Job has not ended. */
  record Running() implements VerificationResult {}

  /** The backup is whole. */
  record Passed(String message) implements VerificationResult {}

  /** The backup is not whole. */
  record Failed(String message) implements VerificationResult {}

  /** Nothing is known of the backup; the message says why. */
  record Inconclusive(String message) implements VerificationResult {}

  /** A condition has no room for more; each tenant's failure is cut as well. */
  int MESSAGE_CHARACTERS_MAX = 1_000;

  /**
   * @param pod of the Job, if it is still there
   */
  static VerificationResult of(Job job, Optional<Pod> pod) {
    boolean ended = condition(job, "Complete").isPresent() || condition(job, "Failed").isPresent();
    if (!ended) {
      return new Running();
    }
    Optional<ContainerStateTerminated> end = pod.flatMap(VerificationResult::terminated);
    return end.flatMap(state -> parse(state.getMessage()))
        .orElseGet(() -> new Inconclusive(cut(withoutAnswer(job, pod, end))));
  }

  private static Optional<JobCondition> condition(Job job, String type) {
    if (job.getStatus() == null || job.getStatus().getConditions() == null) {
      return Optional.empty();
    }
    return job.getStatus().getConditions().stream()
        .filter(found -> type.equals(found.getType()) && "True".equals(found.getStatus()))
        .findFirst();
  }

  private static Optional<ContainerStateTerminated> terminated(Pod pod) {
    if (pod.getStatus() == null || pod.getStatus().getContainerStatuses() == null) {
      return Optional.empty();
    }
    return pod.getStatus().getContainerStatuses().stream()
        .filter(status -> VerificationJob.CONTAINER.equals(status.getName()))
        .map(ContainerStatus::getState)
        .flatMap(state -> Optional.ofNullable(state).map(ContainerState::getTerminated).stream())
        .findFirst();
  }

  private static Optional<VerificationResult> parse(@Nullable String message) {
    if (message == null || !message.strip().startsWith("{")) {
      return Optional.empty();
    }
    try {
      JsonNode answer = Parser.JSON.readTree(message);
      if (!answer.path("ok").isBoolean()) {
        return Optional.empty();
      }
      String text = cut(text(answer));
      if (answer.path("ok").asBoolean()) {
        return Optional.of(new Passed(text));
      }
      return Optional.of(
          answer.path("retryable").asBoolean(false) ? new Inconclusive(text) : new Failed(text));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String text(JsonNode answer) {
    List<String> parts = new ArrayList<>();
    String message = answer.path("message").asText("");
    if (!message.isEmpty()) {
      parts.add(message);
    }
    JsonNode failures = answer.has("failures") ? answer.path("failures") : answer.path("tenants");
    for (JsonNode failure : failures) {
      if (!failure.path("ok").asBoolean(false)) {
        parts.add(
            "%s at LSN %s: %s"
                .formatted(
                    failure.path("tenant").asText(),
                    failure.path("lsn").asText("?"),
                    failure.path("message").asText()));
      }
    }
    if (parts.isEmpty()) {
      JsonNode tenants = answer.path("tenants");
      int count = tenants.isArray() ? tenants.size() : tenants.asInt();
      parts.add("%d tenants were restored and are whole.".formatted(count));
    }
    return String.join(" ", parts);
  }

  private static String withoutAnswer(
      Job job, Optional<Pod> pod, Optional<ContainerStateTerminated> end) {
    String name = job.getMetadata().getName();
    Optional<JobCondition> failed = condition(job, "Failed");
    if (failed.filter(found -> "DeadlineExceeded".equals(found.getReason())).isPresent()) {
      return "The Job %s did not end within backup.verify.timeout; make that longer."
          .formatted(name);
    }
    String why =
        pod.map(Pod::getStatus)
            .map(status -> status.getMessage() == null ? status.getReason() : status.getMessage())
            .or(() -> failed.map(JobCondition::getMessage))
            .map(text -> ": " + text.replaceAll("[.]$", ""))
            .orElse("");
    return end.map(
            state ->
                "The Job %s ended with code %d (%s) and left no answer%s."
                    .formatted(name, state.getExitCode(), state.getReason(), why))
        .orElseGet(() -> "The Job %s failed and left no answer%s.".formatted(name, why));
  }

  private static String cut(String text) {
    return text.length() <= MESSAGE_CHARACTERS_MAX
        ? text
        : text.substring(0, MESSAGE_CHARACTERS_MAX - 1) + "…";
  }

  /** Interfaces have no private fields. */
  final class Parser {
    private static final ObjectMapper JSON =
        new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Parser() {}
  }
}
