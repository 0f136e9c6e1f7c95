package io.dosql.operator.status;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes events. A failure is logged and forgotten: an event is news, the state is in the
 * status. Whoever calls makes sure that a thing is told once; deciders tell it when the status
 * changes.
 */
public final class EventPublisher {

  private static final Logger LOG = LoggerFactory.getLogger(EventPublisher.class);

  /** The API server refuses longer notes. */
  private static final int MESSAGE_LENGTH_MAX = 1024;

  private final KubernetesClient client;
  private final Clock clock;
  private final String component;

  public EventPublisher(KubernetesClient client, Clock clock, String component) {
    this.client = client;
    this.clock = clock;
    this.component = component;
  }

  public void publish(HasMetadata about, EventNote note) {
    LOG.info(
        "{} {}/{}: {}: {}",
        about.getKind(),
        about.getMetadata().getNamespace(),
        about.getMetadata().getName(),
        note.reason(),
        note.message());
    try {
      client
          .v1()
          .events()
          .inNamespace(about.getMetadata().getNamespace())
          .resource(event(about, note, clock.instant()))
          .create();
    } catch (KubernetesClientException e) {
      LOG.warn("cannot publish the event {}: {}", note.reason(), e.getMessage());
    }
  }

  private Event event(HasMetadata about, EventNote note, Instant now) {
    String time = Times.format(now);
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
        .withResourceVersion(about.getMetadata().getResourceVersion())
        .endInvolvedObject()
        .withType(note.severity().text())
        .withReason(note.reason())
        .withMessage(shortened(note.message()))
        .withFirstTimestamp(time)
        .withLastTimestamp(time)
        .withCount(1)
        .withNewSource()
        .withComponent(component)
        .endSource()
        .withReportingComponent(component)
        .build();
  }

  private static String shortened(String message) {
    return message.length() <= MESSAGE_LENGTH_MAX
        ? message
        : message.substring(0, MESSAGE_LENGTH_MAX - 3) + "...";
  }
}
