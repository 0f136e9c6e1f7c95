package io.dosql.engine.tenant;

import java.util.List;
import java.util.Optional;

/** Names in SQL that the engine writes. */
final class SqlNames {

  private static final List<String> ROWID_NAMES = List.of("rowid", "_rowid_", "oid");

  private SqlNames() {}

  static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** A name for the rowid of a table that has one; empty if its columns have taken them all. */
  static Optional<String> rowid(List<String> columns) {
    return ROWID_NAMES.stream()
        .filter(name -> columns.stream().noneMatch(name::equalsIgnoreCase))
        .findFirst();
  }
}
