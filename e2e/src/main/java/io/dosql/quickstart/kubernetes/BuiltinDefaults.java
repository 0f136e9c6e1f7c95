package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The few defaults of built-in kinds that their readers count on. */
final class BuiltinDefaults {

  private BuiltinDefaults() {}

  static void apply(ResourceType type, ObjectNode object) {
    switch (type.qualifiedName()) {
      case "secrets" -> secret(object);
      case "services" -> service(Json.objectIn(object, "spec"));
      case "statefulsets.apps" -> statefulSet(Json.objectIn(object, "spec"));
      case "namespaces" -> phase(object, "Active");
      case "pods", "persistentvolumeclaims", "persistentvolumes" -> phase(object, "Pending");
      default -> {
        // Nobody here reads a default of the other kinds.
      }
    }
  }

  private static void secret(ObjectNode secret) {
    if (!secret.has("type")) {
      secret.put("type", "Opaque");
    }
    if (secret.remove("stringData") instanceof ObjectNode texts) {
      ObjectNode data = Json.objectIn(secret, "data");
      for (var text : texts.properties()) {
        byte[] bytes = text.getValue().asText().getBytes(StandardCharsets.UTF_8);
        data.put(text.getKey(), Base64.getEncoder().encodeToString(bytes));
      }
    }
  }

  private static void service(ObjectNode spec) {
    setIfAbsent(spec, "type", "ClusterIP");
    setIfAbsent(spec, "clusterIP", "127.0.0.1");
    for (JsonNode port : spec.path("ports")) {
      if (port instanceof ObjectNode object) {
        setIfAbsent(object, "protocol", "TCP");
        if (!object.has("targetPort")) {
          object.set("targetPort", object.path("port"));
        }
      }
    }
  }

  private static void statefulSet(ObjectNode spec) {
    if (!spec.has("replicas")) {
      spec.put("replicas", 1);
    }
    setIfAbsent(Json.objectIn(spec, "updateStrategy"), "type", "RollingUpdate");
    setIfAbsent(spec, "podManagementPolicy", "OrderedReady");
    for (JsonNode claim : spec.path("volumeClaimTemplates")) {
      if (claim instanceof ObjectNode object) {
        setIfAbsent(object, "apiVersion", "v1");
        setIfAbsent(object, "kind", "PersistentVolumeClaim");
      }
    }
  }

  private static void phase(ObjectNode object, String phase) {
    setIfAbsent(Json.objectIn(object, "status"), "phase", phase);
  }

  private static void setIfAbsent(ObjectNode object, String field, String value) {
    if (!object.has(field)) {
      object.put(field, value);
    }
  }
}
