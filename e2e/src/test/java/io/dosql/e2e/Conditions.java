package io.dosql.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Optional;

/** Conditions of any kind of resource, read as {@code kubectl wait} reads them. */
final class Conditions {

  private static final KubernetesSerialization JSON = new KubernetesSerialization();

  private Conditions() {}

  static boolean isTrue(HasMetadata resource, String type) {
    return find(resource, type)
        .filter(condition -> condition.path("status").asText().equals("True"))
        .isPresent();
  }

  static boolean is(HasMetadata resource, String type, String status, String reason) {
    return find(resource, type)
        .filter(condition -> condition.path("status").asText().equals(status))
        .filter(condition -> condition.path("reason").asText().equals(reason))
        .isPresent();
  }

  static String message(HasMetadata resource, String type) {
    return find(resource, type).map(found -> found.path("message").asText()).orElse("");
  }

  private static Optional<JsonNode> find(HasMetadata resource, String type) {
    for (JsonNode condition :
        JSON.convertValue(resource, JsonNode.class).path("status").path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return Optional.of(condition);
      }
    }
    return Optional.empty();
  }
}
