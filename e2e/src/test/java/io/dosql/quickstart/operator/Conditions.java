package io.dosql.quickstart.operator;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/** Reads conditions of any kind, as a program does that knows no types. */
final class Conditions {

  private static final KubernetesSerialization SERIALIZATION = new KubernetesSerialization();

  private Conditions() {}

  private static JsonNode find(CustomResource<?, ?> resource, String type) {
    JsonNode status = SERIALIZATION.convertValue(resource, JsonNode.class).path("status");
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition;
      }
    }
    return com.fasterxml.jackson.databind.node.MissingNode.getInstance();
  }

  /** {@code Status/Reason}; {@code /} when the condition is not there. */
  static String brief(CustomResource<?, ?> resource, String type) {
    JsonNode found = find(resource, type);
    return found.path("status").asText() + "/" + found.path("reason").asText();
  }

  static String message(CustomResource<?, ?> resource, String type) {
    return find(resource, type).path("message").asText();
  }

  /** True, and of the generation that the resource has now. */
  static boolean isReady(CustomResource<?, ?> resource) {
    JsonNode ready = find(resource, "Ready");
    return ready.path("status").asText().equals("True")
        && ready.path("observedGeneration").asLong() == resource.getMetadata().getGeneration();
  }
}
