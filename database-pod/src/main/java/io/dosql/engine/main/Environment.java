package io.dosql.engine.main;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads variables and collects what is wrong with them. An empty variable counts as not set. */
final class Environment {

  private final Map<String, String> variables;
  private final List<String> problems = new ArrayList<>();

  Environment(Map<String, String> variables) {
    this.variables = Map.copyOf(variables);
  }

  List<String> problems() {
    return problems;
  }

  @Nullable String optional(String name) {
    String value = variables.get(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  String text(String name, String otherwise) {
    String value = optional(name);
    return value == null ? otherwise : value;
  }

  /** A variable that must be set; an empty string, and a problem, if it is not. */
  String required(String name, String allowed) {
    String value = optional(name);
    if (value == null) {
      problems.add(name + " is not set. It must be " + allowed + ".");
      return "";
    }
    return value;
  }

  /** A variable that must be set, and match. */
  String matching(String name, Pattern pattern, String allowed) {
    String value = required(name, allowed);
    if (!value.isEmpty() && !pattern.matcher(value).matches()) {
      reject(name, value, allowed);
    }
    return value;
  }

  int port(String name, int otherwise) {
    String value = optional(name);
    if (value == null) {
      return otherwise;
    }
    try {
      int port = Integer.parseInt(value);
      if (port >= 1 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException notANumber) {
      // Rejected below, together with numbers out of range.
    }
    reject(name, value, "a port from 1 to 65535");
    return otherwise;
  }

  void reject(String name, String value, String allowed) {
    problems.add("%s is '%s'. It must be %s.".formatted(name, value, allowed));
  }
}
