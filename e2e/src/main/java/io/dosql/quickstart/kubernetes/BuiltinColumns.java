package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The columns of the built-in kinds. A path without a leading dot names a cell that {@link
 * #compute} makes.
 */
final class BuiltinColumns {

  private static final PrinterColumn AGE = column("Age", "date", ".metadata.creationTimestamp");

  private BuiltinColumns() {}

  private static PrinterColumn column(String name, String type, String path) {
    return new PrinterColumn(name, type, "", 0, path);
  }

  private static PrinterColumn text(String name, String path) {
    return column(name, "string", path);
  }

  static List<PrinterColumn> of(ResourceType type) {
    return switch (type.qualifiedName()) {
      case "pods" ->
          List.of(
              text("Ready", "ready"),
              text("Status", "podStatus"),
              column("Restarts", "integer", "restarts"),
              AGE);
      case "statefulsets.apps" -> List.of(text("Ready", "ready"), AGE);
      case "services" ->
          List.of(
              text("Type", ".spec.type"),
              text("Cluster-IP", ".spec.clusterIP"),
              text("Port(s)", "ports"),
              AGE);
      case "secrets" -> List.of(text("Type", ".type"), column("Data", "integer", "data"), AGE);
      case "configmaps" -> List.of(column("Data", "integer", "data"), AGE);
      case "persistentvolumeclaims" ->
          List.of(
              text("Status", ".status.phase"),
              text("Volume", ".spec.volumeName"),
              text("Capacity", ".status.capacity.storage"),
              AGE);
      case "namespaces" -> List.of(text("Status", ".status.phase"), AGE);
      case "events", "events.events.k8s.io" ->
          List.of(
              column("Last Seen", "date", ".lastTimestamp"),
              text("Type", ".type"),
              text("Reason", ".reason"),
              text("Object", "involved"),
              text("Message", type.group().isEmpty() ? ".message" : ".note"));
      case "poddisruptionbudgets.policy" ->
          List.of(
              text("Min Available", ".spec.minAvailable"),
              text("Max Unavailable", ".spec.maxUnavailable"),
              AGE);
      case "leases.coordination.k8s.io" -> List.of(text("Holder", ".spec.holderIdentity"), AGE);
      default -> List.of(AGE);
    };
  }

  static String compute(ResourceType type, String cell, JsonNode object) {
    return switch (cell) {
      case "ready" -> type.kind().equals("Pod") ? podReady(object) : statefulSetReady(object);
      case "podStatus" -> podStatus(object);
      case "restarts" ->
          Long.toString(sum(object.path("status").path("containerStatuses"), "restartCount"));
      case "data" -> Integer.toString(object.path("data").size());
      case "ports" -> ports(object);
      case "involved" -> involved(object);
      default -> throw new IllegalArgumentException("no cell " + cell);
    };
  }

  private static String podReady(JsonNode pod) {
    int ready = 0;
    for (JsonNode container : pod.path("status").path("containerStatuses")) {
      ready += container.path("ready").asBoolean() ? 1 : 0;
    }
    return ready + "/" + pod.path("spec").path("containers").size();
  }

  private static String podStatus(JsonNode pod) {
    if (pod.path("metadata").has("deletionTimestamp")) {
      return "Terminating";
    }
    for (JsonNode container : pod.path("status").path("containerStatuses")) {
      String waiting = Json.textAt(container, "state", "waiting", "reason");
      if (!waiting.isEmpty()) {
        return waiting;
      }
    }
    return pod.path("status").path("phase").asText("Unknown");
  }

  private static String statefulSetReady(JsonNode statefulSet) {
    return statefulSet.path("status").path("readyReplicas").asInt(0)
        + "/"
        + statefulSet.path("spec").path("replicas").asInt(1);
  }

  private static long sum(JsonNode list, String field) {
    long sum = 0;
    for (JsonNode item : list) {
      sum += item.path(field).asLong(0);
    }
    return sum;
  }

  private static String ports(JsonNode service) {
    List<String> ports = new ArrayList<>();
    for (JsonNode port : service.path("spec").path("ports")) {
      ports.add(port.path("port").asText() + "/" + port.path("protocol").asText("TCP"));
    }
    return String.join(",", ports);
  }

  private static String involved(JsonNode event) {
    JsonNode object =
        event.has("regarding") ? event.path("regarding") : event.path("involvedObject");
    return object.path("kind").asText().toLowerCase(java.util.Locale.ROOT)
        + "/"
        + object.path("name").asText();
  }
}
