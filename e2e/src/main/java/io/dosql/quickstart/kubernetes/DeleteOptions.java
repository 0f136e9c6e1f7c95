package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * How a deletion is meant.
 *
 * @param uid the object's uid must be this one, unless empty
 * @param resourceVersion the object's version must be this one, unless empty
 * @param orphan whether dependents are left behind; otherwise they are deleted after their owner
 */
record DeleteOptions(String uid, String resourceVersion, boolean orphan, boolean dryRun) {

  static final DeleteOptions PLAIN = new DeleteOptions("", "", false, false);

  static DeleteOptions of(JsonNode body, String propagationParameter, boolean dryRun) {
    String propagation = body.path("propagationPolicy").asText(propagationParameter);
    return new DeleteOptions(
        Json.textAt(body, "preconditions", "uid"),
        Json.textAt(body, "preconditions", "resourceVersion"),
        propagation.equals("Orphan") || body.path("orphanDependents").asBoolean(false),
        dryRun || !body.path("dryRun").isEmpty());
  }
}
