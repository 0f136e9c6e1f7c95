package io.dosql.engine.tenant;

import io.dosql.engine.changes.NumberedTable;
import io.dosql.engine.changes.TableDescriptor;
import io.dosql.engine.changes.TableDescriptor.Column;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** What is known of a table whose rows change. On the tenant's strand only. */
final class CapturedTable {

  static final long NEVER = Long.MAX_VALUE;

  private static final String OF_SQLITE = "sqlite_";
  private static final String OF_THE_ENGINE = "__dosql_";

  private final String name;
  private final byte[] utf8NameWithNul;
  private final boolean isInternal;

  /** SQLite's number for it, good in statement {@link #statement}. */
  long id;

  long statement;
  int columnCount;

  /** Its number in the transaction that runs; -1 while it has none. */
  int number = -1;

  /** Where its first change in the buffer lies. */
  long firstUse = NEVER;

  private TableDescriptor descriptor;
  private boolean isDescribed;
  private boolean isShadow;

  CapturedTable(String name) {
    this.name = name;
    this.utf8NameWithNul = (name + '\0').getBytes(StandardCharsets.UTF_8);
    this.isInternal = isInternal(name);
    this.descriptor = new TableDescriptor(name, true, List.of());
  }

  /** Whether rows of a table of this name are SQLite's or the engine's own, and never captured. */
  static boolean isInternal(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.startsWith(OF_SQLITE) || lower.startsWith(OF_THE_ENGINE);
  }

  String name() {
    return name;
  }

  byte[] utf8NameWithNul() {
    return utf8NameWithNul;
  }

  boolean isInternal() {
    return isInternal;
  }

  /** Whether what follows is worth nothing: it is known by now to be a virtual table's own. */
  boolean isShadow() {
    return isShadow;
  }

  boolean isDescribed() {
    return isDescribed;
  }

  TableDescriptor descriptor() {
    return descriptor;
  }

  void describe(TableDescriptor table, boolean shadow) {
    descriptor = table;
    isShadow = shadow;
    isDescribed = true;
  }

  /** Lets readers skip the changes of this table. */
  void giveUp() {
    Column unknown = new Column("", "", 0, TableDescriptor.Storage.STORED);
    describe(
        new TableDescriptor(name, true, Collections.nCopies(columnCount, unknown)),
        /* shadow= */ true);
  }

  NumberedTable numbered() {
    return new NumberedTable(number, descriptor, isShadow);
  }
}
