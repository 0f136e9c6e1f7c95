package io.dosql.engine.main;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads variables and collects what is wrong with them. An empty variable counts as not set. */
final class Environment {

  private static final Pattern DURATION = Pattern.compile("([0-9]{1,7})(ms|s|m|h)");

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
    return integer(name, otherwise, 1, 65_535);
  }

  int integer(String name, int otherwise, int min, int max) {
    return (int) number(name, otherwise, min, max);
  }

  long number(String name, long otherwise, long min, long max) {
    String value = optional(name);
    if (value == null) {
      return otherwise;
    }
    try {
      long number = Long.parseLong(value);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException notANumber) {
      // Rejected below, together with numbers out of range.
    }
    reject(name, value, "a number from %d to %d".formatted(min, max));
    return otherwise;
  }

  /** A time in one unit: 500ms, 10s, 5m, 1h. */
  Duration duration(String name, Duration otherwise, Duration min, Duration max) {
    String value = optional(name);
    if (value == null) {
      return otherwise;
    }
    Matcher matcher = DURATION.matcher(value);
    if (matcher.matches()) {
      Duration duration = unit(matcher.group(2)).multipliedBy(Long.parseLong(matcher.group(1)));
      if (duration.compareTo(min) >= 0 && duration.compareTo(max) <= 0) {
        return duration;
      }
    }
    reject(name, value, "a time such as 500ms, 10s, 5m or 1h");
    return otherwise;
  }

  private static Duration unit(String symbol) {
    return switch (symbol) {
      case "ms" -> Duration.ofMillis(1);
      case "s" -> Duration.ofSeconds(1);
      case "m" -> Duration.ofMinutes(1);
      default -> Duration.ofHours(1);
    };
  }

  /** One of two words; whether it is the first, which it is if there is none. */
  boolean isFirst(String name, String first, String second) {
    String value = text(name, first);
    if (!value.equals(first) && !value.equals(second)) {
      reject(name, value, first + " or " + second);
    }
    return !value.equals(second);
  }

  void reject(String name, String value, String allowed) {
    problems.add("%s is '%s'. It must be %s.".formatted(name, value, allowed));
  }
}
