package io.dosql.engine.tenant;

import io.dosql.engine.changes.NumberedTable;
import io.dosql.engine.changes.TableDescriptor;
import io.dosql.engine.changes.TableDescriptor.Column;
import io.dosql.engine.sqlite.PreupdateRow;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** What is known of a table whose rows change. On the tenant's strand only. */
final class CapturedTable {

  static final long NEVER = Long.MAX_VALUE;

  private static final String OF_SQLITE = "sqlite_";
  private static final String OF_THE_ENGINE = "__dosql_";

  private final String name;
  private final long[] nameWords;
  private final boolean isInternal;

  /** SQLite's number for it, good in statement {@link #statement}. */
  long id;

  long statement;
  int columnCount;

  /** Its number in the transaction that runs; -1 while it has none. */
  int number = -1;

  /** Where its first change in the buffer lies. */
  long firstUse = NEVER;

  /** The column that is the rowid by another name; -1 if there is none, or it is not known. */
  private int rowidColumn = -1;

  private TableDescriptor descriptor;
  private boolean isDescribed;
  private boolean isShadow;

  CapturedTable(String name) {
    this.name = name;
    this.nameWords = PreupdateRow.words(name);
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

  long[] nameWords() {
    return nameWords;
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

  int rowidColumn() {
    return rowidColumn;
  }

  /**
   * @param rowidAlias index of the column that is the rowid by another name; -1 for none
   */
  void describe(TableDescriptor table, boolean shadow, int rowidAlias) {
    descriptor = table;
    rowidColumn = rowidAlias;
    isShadow = shadow;
    isDescribed = true;
  }

  /** Lets readers skip the changes of this table. */
  void giveUp() {
    Column unknown = new Column("", "", 0, TableDescriptor.Storage.STORED);
    describe(
        new TableDescriptor(name, true, Collections.nCopies(columnCount, unknown)),
        /* shadow= */ true,
        -1);
  }

  NumberedTable numbered() {
    return new NumberedTable(number, descriptor, isShadow);
  }
}
