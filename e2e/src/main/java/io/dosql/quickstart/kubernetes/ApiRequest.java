package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A request, read.
 *
 * @param path decoded
 * @param body a missing node if there is none
 * @param contentType without parameters, lower case
 */
record ApiRequest(
    String method,
    String path,
    Map<String, String> query,
    String accept,
    String contentType,
    String userAgent,
    JsonNode body) {

  /** As much as etcd takes, and a little more, as in Kubernetes. */
  static final int BODY_MAX_BYTES = 3 * 1024 * 1024;

  static ApiRequest read(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(BODY_MAX_BYTES + 1);
    if (body.length > BODY_MAX_BYTES) {
      throw ApiException.of(
          413,
          "RequestEntityTooLarge",
          "the body is larger than " + BODY_MAX_BYTES + " bytes (BODY_MAX_BYTES)");
    }
    Map<String, String> query = new TreeMap<>();
    String raw = Objects.requireNonNullElse(exchange.getRequestURI().getRawQuery(), "");
    for (String pair : raw.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      if (!name.isEmpty()) {
        query.put(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
      }
    }
    return new ApiRequest(
        exchange.getRequestMethod(),
        exchange.getRequestURI().getPath(),
        query,
        header(exchange, "Accept"),
        header(exchange, "Content-Type").replaceFirst(";.*", "").strip().toLowerCase(Locale.ROOT),
        header(exchange, "User-Agent"),
        parse(body));
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static String header(HttpExchange exchange, String name) {
    return Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst(name), "");
  }

  String parameter(String name, String otherwise) {
    return query.getOrDefault(name, otherwise);
  }

  boolean flag(String name) {
    String value = parameter(name, "");
    return value.equals("true") || value.equals("1");
  }

  boolean wantsTable() {
    return accept.contains("as=Table");
  }

  Predicate<JsonNode> selector() {
    return Selectors.labels(parameter("labelSelector", ""))
        .and(Selectors.fields(parameter("fieldSelector", "")));
  }

  private static JsonNode parse(byte[] body) {
    try {
      return body.length == 0 ? MissingNode.getInstance() : Json.parse(body);
    } catch (IOException e) {
      throw ApiException.badRequest("the body is neither JSON nor YAML: " + e.getMessage());
    }
  }

  ObjectNode bodyObject() {
    if (body instanceof ObjectNode object) {
      return object;
    }
    throw ApiException.badRequest("the body must be an object");
  }

  WriteOptions writeOptions() {
    String program = userAgent.replaceFirst("[/ ].*", "");
    String manager = parameter("fieldManager", program.isEmpty() ? "unknown" : program);
    return new WriteOptions(
        manager,
        flag("force"),
        parameter("dryRun", "").equals("All"),
        parameter("fieldValidation", "").equals("Strict"));
  }
}
