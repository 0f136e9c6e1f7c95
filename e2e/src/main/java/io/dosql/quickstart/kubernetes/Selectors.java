package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads label and field selectors. */
final class Selectors {

  private static final Pattern IN =
      Pattern.compile("\\s*(\\S+)\\s+(in|notin)\\s+\\(([^)]*)\\)\\s*");
  private static final Pattern COMPARISON =
      Pattern.compile("\\s*([^!=\\s]+)\\s*(==|=|!=)\\s*(\\S*)\\s*");
  private static final Pattern EXISTS = Pattern.compile("\\s*(!?)\\s*([^\\s!=(),]+)\\s*");

  private Selectors() {}

  /**
   * A predicate over whole objects.
   *
   * @throws ApiException 400 if the selector cannot be read
   */
  static Predicate<JsonNode> labels(String selector) {
    Predicate<JsonNode> all = _ -> true;
    for (String requirement : split(selector)) {
      all = all.and(labelRequirement(requirement));
    }
    return all;
  }

  /** A predicate over whole objects: any field by its path, {@code =}, {@code ==} or {@code !=}. */
  static Predicate<JsonNode> fields(String selector) {
    Predicate<JsonNode> all = _ -> true;
    for (String requirement : split(selector)) {
      Matcher comparison = COMPARISON.matcher(requirement);
      if (!comparison.matches()) {
        throw ApiException.badRequest("invalid field selector \"" + requirement + "\"");
      }
      String[] path = comparison.group(1).split("\\.", -1);
      String wanted = comparison.group(3);
      boolean equal = !comparison.group(2).equals("!=");
      all = all.and(object -> Json.textAt(object, path).equals(wanted) == equal);
    }
    return all;
  }

  /** Splits at commas that are not inside parentheses. */
  private static List<String> split(String selector) {
    return selector.isBlank() ? List.of() : List.of(selector.split(",(?![^(]*\\))", -1));
  }

  private static Predicate<JsonNode> labelRequirement(String requirement) {
    Matcher in = IN.matcher(requirement);
    if (in.matches()) {
      List<String> values = Arrays.stream(in.group(3).split(",", -1)).map(String::strip).toList();
      boolean wanted = in.group(2).equals("in");
      return object ->
          (label(object, in.group(1)).isTextual()
                  && values.contains(label(object, in.group(1)).asText()))
              == wanted;
    }
    Matcher comparison = COMPARISON.matcher(requirement);
    if (comparison.matches()) {
      boolean equal = !comparison.group(2).equals("!=");
      return object -> {
        JsonNode label = label(object, comparison.group(1));
        return (label.isTextual() && label.asText().equals(comparison.group(3))) == equal;
      };
    }
    Matcher exists = EXISTS.matcher(requirement);
    if (exists.matches()) {
      boolean wanted = exists.group(1).isEmpty();
      return object -> label(object, exists.group(2)).isTextual() == wanted;
    }
    throw ApiException.badRequest("invalid label selector \"" + requirement + "\"");
  }

  private static JsonNode label(JsonNode object, String name) {
    return Json.at(object, "metadata", "labels", name);
  }
}
