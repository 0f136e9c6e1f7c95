package io.dosql.operator.database;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Quantity;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * Decides whether an object in the cluster is what is desired, so that nothing is written when it
 * is.
 *
 * <p>Every desired field must be there with the same value; fields that are only in the cluster are
 * defaults of the API server or belong to others. That misses a field which was desired once and no
 * longer is; so a hash of all that is desired stands in an annotation and is compared as any field.
 */
final class ObjectComparison {

  static final String HASH_ANNOTATION = "dosql.io/applied-hash";

  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  private static final int HASH_DIGITS = 16;

  /** Maps whose values are quantities: {@code 1Gi} and {@code 1024Mi} are the same. */
  private static final Set<String> QUANTITIES = Set.of("requests", "limits", "capacity");

  private ObjectComparison() {}

  /** Puts the hash of the object into its annotation, and returns the object. */
  static <T extends HasMetadata> T withHash(T desired) {
    Map<String, String> annotations = desired.getMetadata().getAnnotations();
    annotations.remove(HASH_ANNOTATION);
    annotations.put(HASH_ANNOTATION, hash(desired));
    desired.getMetadata().setAnnotations(annotations);
    return desired;
  }

  /** A claim template is desired as the cluster has it, with defaults; it must not count. */
  private static String hash(HasMetadata desired) {
    ObjectNode tree = JSON.valueToTree(desired);
    if (tree.path("spec") instanceof ObjectNode spec) {
      spec.remove("volumeClaimTemplates");
    }
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(JSON.writeValueAsBytes(tree));
      return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException | IOException e) {
      throw new IllegalStateException("a tree in memory can be written and hashed", e);
    }
  }

  /** Whether {@code actual} has everything that {@code desired} says. */
  static boolean matches(HasMetadata desired, HasMetadata actual) {
    return contains("", JSON.valueToTree(desired), JSON.valueToTree(actual));
  }

  private static boolean contains(String parent, JsonNode desired, JsonNode actual) {
    return switch (desired) {
      case ObjectNode object -> containsFields(parent, object, actual);
      case ArrayNode array -> containsItems(array, actual);
      default -> sameValue(parent, desired, actual);
    };
  }

  private static boolean containsFields(String parent, ObjectNode desired, JsonNode actual) {
    for (Map.Entry<String, JsonNode> field : desired.properties()) {
      JsonNode found = actual.path(field.getKey());
      boolean quantities = QUANTITIES.contains(parent);
      String name = quantities ? parent : field.getKey();
      if (isAbsent(field.getValue()) && isAbsent(found)) {
        continue;
      }
      if (!contains(name, field.getValue(), found)) {
        return false;
      }
    }
    return true;
  }

  /** The API server leaves out what is empty. */
  private static boolean isAbsent(JsonNode node) {
    return node.isMissingNode() || node.isNull() || (node.isContainerNode() && node.isEmpty());
  }

  private static boolean containsItems(ArrayNode desired, JsonNode actual) {
    if (!actual.isArray() || actual.size() != desired.size()) {
      return false;
    }
    Iterator<JsonNode> found = actual.elements();
    for (JsonNode item : desired) {
      if (!contains("", item, found.next())) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameValue(String parent, JsonNode desired, JsonNode actual) {
    if (desired.isNumber() && actual.isNumber()) {
      return desired.decimalValue().compareTo(actual.decimalValue()) == 0;
    }
    if (QUANTITIES.contains(parent) && !actual.isMissingNode()) {
      return sameQuantity(desired.asText(), actual.asText());
    }
    return desired.equals(actual);
  }

  private static boolean sameQuantity(String desired, String actual) {
    try {
      return Quantity.getAmountInBytes(new Quantity(desired))
              .compareTo(Quantity.getAmountInBytes(new Quantity(actual)))
          == 0;
    } catch (IllegalArgumentException | ArithmeticException e) {
      return desired.equals(actual);
    }
  }
}
