package io.dosql.engine.session;

import io.dosql.engine.sqlite.Value;
import java.util.List;
import java.util.Map;

/**
 * Values for a statement's parameters.
 *
 * @param positional for {@code ?} and {@code ?N}: element 0 is parameter 1
 * @param named by name, with or without its prefix ({@code :}, {@code @}, {@code $})
 */
public record Parameters(List<Value> positional, Map<String, Value> named) {

  /** No values. */
  public static final Parameters NONE = new Parameters(List.of(), Map.of());

  public Parameters {
    positional = List.copyOf(positional);
    named = Map.copyOf(named);
  }
}
