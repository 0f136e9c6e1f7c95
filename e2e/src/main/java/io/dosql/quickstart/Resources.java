package io.dosql.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** What a person does with {@code kubectl}: apply files, wait for conditions, read Secrets. */
final class Resources {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration POLL = Duration.ofMillis(100);
  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
  private static final String DATABASE_KIND = "DoSQLDatabase";
  static final String NAMESPACE = "default";
  static final String API_VERSION = "dosql.io/v1alpha1";

  private final KubernetesClient client;

  Resources(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Creates what a file describes and is not there yet. What is there stays as it is: its owner may
   * have changed it.
   *
   * @return whether something was created
   */
  boolean createMissing(Path file) throws QuickstartException {
    try (InputStream in = Files.newInputStream(file)) {
      boolean created = false;
      for (HasMetadata resource : client.load(in).items()) {
        resource.getMetadata().setNamespace(NAMESPACE);
        if (client.resource(resource).get() == null) {
          var _ = client.resource(withConfiguration(resource)).create();
          created = true;
        }
      }
      return created;
    } catch (IOException | KubernetesClientException e) {
      throw new QuickstartException("Cannot apply %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** What {@code kubectl apply} wants to find when the same file is applied with it later. */
  private HasMetadata withConfiguration(HasMetadata resource) {
    String configuration = client.getKubernetesSerialization().asJson(resource);
    resource.getMetadata().setAnnotations(new HashMap<>(Map.of(LAST_APPLIED, configuration)));
    return resource;
  }

  /** Applies a custom resource definition. */
  void applyDefinition(InputStream definition) {
    client.load(definition).items().forEach(item -> client.resource(item).serverSideApply());
  }

  void delete(String kind, String name) {
    var _ =
        client
            .genericKubernetesResources(API_VERSION, kind)
            .inNamespace(NAMESPACE)
            .withName(name)
            .delete();
  }

  /** A resource as it is; a missing node if it is not there. */
  JsonNode get(String kind, String name) {
    GenericKubernetesResource resource =
        client
            .genericKubernetesResources(API_VERSION, kind)
            .inNamespace(NAMESPACE)
            .withName(name)
            .get();
    return resource == null ? JSON.missingNode() : JSON.valueToTree(resource);
  }

  /** Waits until the resource is {@code Ready}, as {@code kubectl wait} does. */
  JsonNode awaitReady(String kind, String name, Duration max, Display.Progress progress)
      throws QuickstartException, InterruptedException {
    JsonNode resource = await(kind, name, "Ready", max, progress);
    if (!isTrue(resource, "Ready")) {
      throw new QuickstartException(
          "%s %s failed: %s".formatted(kind, name, condition(resource, "Stalled")));
    }
    return resource;
  }

  /** Waits until the resource is {@code Stalled}: until it has failed for good. */
  JsonNode awaitStalled(String kind, String name, Duration max, Display.Progress progress)
      throws QuickstartException, InterruptedException {
    JsonNode resource = await(kind, name, "Stalled", max, progress);
    if (!isTrue(resource, "Stalled")) {
      throw new QuickstartException(
          "%s %s: expected to fail, but found it Ready: %s"
              .formatted(kind, name, condition(resource, "Ready")));
    }
    return resource;
  }

  /** Until it is ready or stalled, of its newest generation. */
  private JsonNode await(
      String kind, String name, String wanted, Duration max, Display.Progress progress)
      throws QuickstartException, InterruptedException {
    long end = System.nanoTime() + max.toNanos();
    JsonNode resource = get(kind, name);
    while (!isSettled(kind, name, resource)) {
      progress.about(condition(resource, "Ready"));
      if (System.nanoTime() - end > 0) {
        throw new QuickstartException(
            "%s %s: expected it to be %s within %d s, but found: %s"
                .formatted(kind, name, wanted, max.toSeconds(), condition(resource, "Ready")));
      }
      Thread.sleep(POLL);
      resource = get(kind, name);
    }
    return resource;
  }

  private boolean isSettled(String kind, String name, JsonNode resource) {
    long generation = resource.path("metadata").path("generation").asLong(0);
    if (resource.path("status").path("observedGeneration").asLong(-1) != generation) {
      return false;
    }
    return isTrue(resource, "Stalled")
        || (isTrue(resource, "Ready") && (!kind.equals(DATABASE_KIND) || isServing(name)));
  }

  /** A database's condition may still be that of an earlier run; what the runner says is not. */
  private boolean isServing(String database) {
    StatefulSet set = client.apps().statefulSets().inNamespace(NAMESPACE).withName(database).get();
    return set != null
        && set.getStatus() != null
        && Objects.requireNonNullElse(set.getStatus().getReadyReplicas(), 0) > 0;
  }

  private static boolean isTrue(JsonNode resource, String type) {
    return find(resource, type).path("status").asText().equals("True");
  }

  private static JsonNode find(JsonNode resource, String type) {
    for (JsonNode condition : resource.path("status").path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return JSON.missingNode();
  }

  private static String condition(JsonNode resource, String type) {
    if (resource.isMissingNode()) {
      return "it is not there";
    }
    JsonNode condition = find(resource, type);
    return condition.isMissingNode()
        ? "nothing is known of it yet"
        : condition.path("reason").asText() + ": " + condition.path("message").asText();
  }

  String secret(String name, String key) throws QuickstartException {
    Secret secret = client.secrets().inNamespace(NAMESPACE).withName(name).get();
    String value = secret == null ? null : secret.getData().get(key);
    if (value == null) {
      throw new QuickstartException("The Secret %s has no %s.".formatted(name, key));
    }
    return new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
  }
}
