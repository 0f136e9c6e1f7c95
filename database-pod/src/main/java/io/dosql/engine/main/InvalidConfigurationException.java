package io.dosql.engine.main;

import java.util.List;

/** The environment does not make sense; says so for every variable at once. */
public final class InvalidConfigurationException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  InvalidConfigurationException(List<String> problems) {
    super(String.join(" ", problems));
    this.problems = List.copyOf(problems);
  }

  /** One sentence or two for each variable: its name, its value, what is allowed. */
  public List<String> problems() {
    return problems;
  }
}
