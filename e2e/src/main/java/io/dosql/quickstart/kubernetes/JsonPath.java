package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The part of JSONPath that printer columns use: fields, indexes and {@code [?(@.field=="value")]}.
 */
record JsonPath(List<Step> steps) {

  private static final Pattern STEP =
      Pattern.compile(
          "\\.?(?:((?:[^.\\[\\\\]|\\\\.)+)|\\[(\\d+)]|\\['([^']+)']|\\[\\?\\(@\\.(\\w+)\\s*==\\s*[\"']([^\"']*)[\"']\\)])");

  sealed interface Step {}

  record Field(String name) implements Step {}

  record Index(int index) implements Step {}

  record Filter(String field, String value) implements Step {}

  static JsonPath parse(String path) {
    List<Step> steps = new ArrayList<>();
    Matcher matcher = STEP.matcher(path);
    int position = 0;
    while (position < path.length()) {
      if (!matcher.find(position) || matcher.start() != position) {
        throw new IllegalArgumentException(
            "cannot read the JSONPath " + path + " at character " + position);
      }
      steps.add(step(matcher));
      position = matcher.end();
    }
    return new JsonPath(List.copyOf(steps));
  }

  private static Step step(Matcher matcher) {
    if (matcher.group(1) != null) {
      return new Field(matcher.group(1).replace("\\", ""));
    }
    if (matcher.group(2) != null) {
      return new Index(Integer.parseInt(matcher.group(2)));
    }
    return matcher.group(3) != null
        ? new Field(matcher.group(3))
        : new Filter(matcher.group(4), matcher.group(5));
  }

  /** The first node that the path leads to, or a missing one. */
  JsonNode read(JsonNode root) {
    JsonNode current = root;
    for (Step step : steps) {
      current =
          switch (step) {
            case Field(String name) -> current.path(name);
            case Index(int index) -> current.path(index);
            case Filter(String field, String value) -> first(current, field, value);
          };
    }
    return current;
  }

  private static JsonNode first(JsonNode list, String field, String value) {
    for (JsonNode item : list) {
      if (item.path(field).asText().equals(value)) {
        return item;
      }
    }
    return MissingNode.getInstance();
  }
}
