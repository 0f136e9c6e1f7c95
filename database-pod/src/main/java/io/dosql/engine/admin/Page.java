package io.dosql.engine.admin;

import java.util.List;
import java.util.Optional;

/**
 * Part of a listing.
 *
 * @param next what to pass as {@code after} for the next page; empty on the last one
 */
public record Page<T>(List<T> items, Optional<String> next) {
  public Page {
    items = List.copyOf(items);
  }
}
