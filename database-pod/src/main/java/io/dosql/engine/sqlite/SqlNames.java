package io.dosql.engine.sqlite;

import java.util.List;
import java.util.Optional;

/** Names in SQL that the engine writes. */
public final class SqlNames {

  private static final List<String> ROWID_NAMES = List.of("rowid", "_rowid_", "oid");

  private SqlNames() {}

  /** The name in quotes, whatever it holds. */
  public static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** A name for the rowid of a table that has one; empty if its columns have taken them all. */
  public static Optional<String> rowid(List<String> columns) {
    return ROWID_NAMES.stream()
        .filter(name -> columns.stream().noneMatch(name::equalsIgnoreCase))
        .findFirst();
  }
}
