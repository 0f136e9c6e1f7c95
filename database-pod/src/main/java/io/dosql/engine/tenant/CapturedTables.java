package io.dosql.engine.tenant;

import io.dosql.engine.changes.NumberedTable;
import io.dosql.engine.changes.TableDescriptor;
import io.dosql.engine.changes.TableDescriptor.Column;
import io.dosql.engine.changes.TableDescriptor.Storage;
import io.dosql.engine.sqlite.PreupdateRow;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables of a tenant whose rows change. SQLite names a table by the address of its name, which
 * stands for that table as long as one statement runs: within a statement a comparison of numbers
 * finds it, and the name is compared once per statement. The hook that tells of rows cannot ask for
 * columns, so they are read when the statement has ended. On the tenant's strand only.
 */
final class CapturedTables {

  private static final Logger LOG = LoggerFactory.getLogger(CapturedTables.class);
  private static final int CACHE_SIZE = 64;
  private static final int HIDDEN_VIRTUAL = 2;
  private static final int HIDDEN_STORED = 3;
  private static final long NO_SCHEMA = 0;

  private final @Nullable CapturedTable[] cache = new @Nullable CapturedTable[CACHE_SIZE];
  private final Map<String, CapturedTable> byName = new HashMap<>();
  private final List<CapturedTable> numbered = new ArrayList<>();
  private final List<CapturedTable> undescribed = new ArrayList<>();
  private long statement;
  private long mainSchema = NO_SCHEMA;

  /** Before each statement: another one may have changed the schema. */
  void statementBegins() {
    statement++;
  }

  /** Forgets what tables look like, because the schema is not what it was. */
  void forget() {
    Arrays.fill(cache, null);
    byName.clear();
  }

  /**
   * From within the hook: the table of a row, with a number.
   *
   * @param position of the change in the buffer
   * @return null if its changes are not captured
   */
  @Nullable CapturedTable of(PreupdateRow row, long position) {
    if (row.schemaId() != mainSchema && !isMain(row)) {
      return null;
    }
    long id = row.tableId();
    int place = (int) ((id >>> 4) ^ (id >>> 12)) & (CACHE_SIZE - 1);
    CapturedTable table = cache[place];
    if (table == null || table.id != id || table.statement != statement) {
      table = find(row, id, table);
      cache[place] = table;
    }
    if (table.isInternal() || table.isShadow()) {
      return null;
    }
    use(table, position);
    return table;
  }

  /** Reads a table's columns now. */
  CapturedTable describe(SqliteConnection sqlite, String name) {
    CapturedTable table = byName.computeIfAbsent(name, CapturedTable::new);
    if (!table.isDescribed()) {
      describe(sqlite, table);
    }
    return table;
  }

  /** Gives a table a number, for a change at a position in the buffer. */
  void use(CapturedTable table, long position) {
    if (table.firstUse == CapturedTable.NEVER) {
      table.firstUse = position;
      if (table.number < 0) {
        table.number = numbered.size();
        numbered.add(table);
      }
      if (!table.isDescribed()) {
        undescribed.add(table);
      }
    }
  }

  private boolean isMain(PreupdateRow row) {
    // The name of the main schema is a constant of SQLite's: no other's will ever lie there.
    boolean isMain = row.schemaName().equals("main");
    if (isMain) {
      mainSchema = row.schemaId();
    }
    return isMain;
  }

  private CapturedTable find(PreupdateRow row, long id, @Nullable CapturedTable candidate) {
    CapturedTable table =
        candidate != null && candidate.id == id && row.isTableNamed(candidate.nameWords())
            ? candidate
            : byName.computeIfAbsent(row.tableName(), CapturedTable::new);
    int columns = row.columnCount();
    if (table.isDescribed() && table.descriptor().columns().size() != columns) {
      // The schema has changed unnoticed; whatever the way, it is described anew.
      table = new CapturedTable(table.name());
      byName.put(table.name(), table);
    }
    table.id = id;
    table.statement = statement;
    table.columnCount = columns;
    return table;
  }

  /** Whether columns of some table are still to be read. */
  boolean areUndescribed() {
    return !undescribed.isEmpty();
  }

  /**
   * After a statement: reads the columns of the tables that it was the first to change.
   *
   * @return false if that failed for some: their changes cannot be read
   */
  boolean describe(SqliteConnection sqlite) {
    boolean succeeded = true;
    for (CapturedTable table : undescribed) {
      if (table.isDescribed() || table.firstUse == CapturedTable.NEVER) {
        // What it was used for is undone; it may be gone itself.
        continue;
      }
      try {
        describe(sqlite, table);
      } catch (RuntimeException failure) {
        LOG.warn("the columns of table {} cannot be read", table.name(), failure);
        table.giveUp();
        succeeded = false;
      }
    }
    undescribed.clear();
    if (!succeeded) {
      forget();
    }
    return succeeded;
  }

  private static void describe(SqliteConnection sqlite, CapturedTable table) {
    try (SqliteStatement kind =
            sqlite.prepare(
                "SELECT type, wr FROM pragma_table_list(?1) WHERE schema = 'main' AND name = ?1");
        SqliteStatement columns =
            sqlite.prepare(
                "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?1) WHERE schema = 'main'"
                    + " ORDER BY cid");
        SqliteStatement keyIndex =
            sqlite.prepare(
                "SELECT 1 FROM pragma_index_list(?1) WHERE schema = 'main' AND origin = 'pk'")) {
      kind.bindText(1, table.name());
      columns.bindText(1, table.name());
      keyIndex.bindText(1, table.name());
      if (!kind.step()) {
        throw new IllegalStateException("there is no table " + table.name());
      }
      List<Column> read = new ArrayList<>();
      while (columns.step()) {
        read.add(
            new Column(
                columns.text(0),
                columns.text(1),
                (int) columns.integer(2),
                storage((int) columns.integer(3))));
      }
      if (table.columnCount != 0 && table.columnCount != read.size()) {
        throw new IllegalStateException(
            "table %s had %d columns, and has %d"
                .formatted(table.name(), table.columnCount, read.size()));
      }
      TableDescriptor descriptor = new TableDescriptor(table.name(), kind.integer(1) == 0, read);
      // A primary key without an index of its own is the rowid by another name.
      boolean isRowid = descriptor.hasRowid() && !keyIndex.step();
      List<Integer> key = descriptor.keyColumns();
      table.describe(
          descriptor,
          kind.text(0).equals("shadow"),
          isRowid && key.size() == 1 ? key.getFirst() : -1);
    }
  }

  private static Storage storage(int hidden) {
    return switch (hidden) {
      case HIDDEN_VIRTUAL -> Storage.VIRTUAL;
      case HIDDEN_STORED -> Storage.GENERATED;
      default -> Storage.STORED;
    };
  }

  /** Tables with changes before a position. */
  List<NumberedTable> usedBefore(long position) {
    List<NumberedTable> used = new ArrayList<>();
    for (CapturedTable table : numbered) {
      if (table.firstUse < position) {
        used.add(table.numbered());
      }
    }
    return used;
  }

  /** The buffer was cut off there. */
  void truncated(long position) {
    for (CapturedTable table : numbered) {
      if (table.firstUse >= position) {
        table.firstUse = CapturedTable.NEVER;
      }
    }
  }

  /** The buffer has dropped what lay before a position, and counts from there. */
  void dropped(long position, boolean isEmpty) {
    for (CapturedTable table : numbered) {
      if (isEmpty) {
        table.number = -1;
        table.firstUse = CapturedTable.NEVER;
      } else if (table.firstUse != CapturedTable.NEVER) {
        table.firstUse = Math.max(0, table.firstUse - position);
      }
    }
    if (isEmpty) {
      numbered.clear();
    }
  }
}
