package io.dosql.quickstart.runner;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells {@code kubectl describe} what the runner did. A failure is logged and forgotten. */
final class RunnerEvents {

  private static final Logger LOG = LoggerFactory.getLogger(RunnerEvents.class);
  private static final String COMPONENT = "quickstart-runner";

  private final KubernetesClient client;
  private final Clock clock;

  RunnerEvents(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  void normal(HasMetadata about, String reason, String message) {
    publish(about, "Normal", reason, message);
  }

  void warning(HasMetadata about, String reason, String message) {
    publish(about, "Warning", reason, message);
  }

  private void publish(HasMetadata about, String type, String reason, String message) {
    LOG.info(
        "{} {}/{}: {}: {}",
        about.getKind(),
        about.getMetadata().getNamespace(),
        about.getMetadata().getName(),
        reason,
        message);
    try {
      client
          .v1()
          .events()
          .inNamespace(about.getMetadata().getNamespace())
          .resource(event(about, type, reason, message))
          .create();
    } catch (KubernetesClientException e) {
      LOG.warn("cannot publish the event {}: {}", reason, e.getMessage());
    }
  }

  private Event event(HasMetadata about, String type, String reason, String message) {
    String time = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
    return new EventBuilder()
        .withNewMetadata()
        .withNamespace(about.getMetadata().getNamespace())
        .withName(about.getMetadata().getName() + "." + UUID.randomUUID())
        .endMetadata()
        .withNewInvolvedObject()
        .withApiVersion(about.getApiVersion())
        .withKind(about.getKind())
        .withNamespace(about.getMetadata().getNamespace())
        .withName(about.getMetadata().getName())
        .withUid(about.getMetadata().getUid())
        .endInvolvedObject()
        .withType(type)
        .withReason(reason)
        .withMessage(message)
        .withFirstTimestamp(time)
        .withLastTimestamp(time)
        .withCount(1)
        .withNewSource()
        .withComponent(COMPONENT)
        .endSource()
        .withReportingComponent(COMPONENT)
        .build();
  }
}
