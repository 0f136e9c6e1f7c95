package io.dosql.engine.changes;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A table as it was when rows of it changed.
 *
 * @param hasRowid false for WITHOUT ROWID
 * @param columns in the order of the definition
 */
public record TableDescriptor(String name, boolean hasRowid, List<Column> columns) {

  /** Where a column's value comes from. */
  public enum Storage {
    STORED(0),
    /** GENERATED … STORED: it cannot be written. */
    GENERATED(1),
    /** GENERATED … VIRTUAL: it is in no row, and in no row change. */
    VIRTUAL(2);

    private final int code;

    Storage(int code) {
      this.code = code;
    }

    /** As it is stored. */
    int code() {
      return code;
    }

    static Storage of(int code) {
      return switch (code) {
        case 0 -> STORED;
        case 1 -> GENERATED;
        case 2 -> VIRTUAL;
        default -> throw new IllegalArgumentException("an unknown kind of column " + code);
      };
    }
  }

  /**
   * A column.
   *
   * @param declaredType "" for none
   * @param keyPlace place in the primary key, from 1; 0 if it is not part of it
   */
  public record Column(String name, String declaredType, int keyPlace, Storage storage) {

    /** Whether SQLite gives its integers back as reals, however it stores them. */
    boolean hasRealAffinity() {
      String type = declaredType.toUpperCase(Locale.ROOT);
      boolean isOther =
          type.contains("INT")
              || type.contains("CHAR")
              || type.contains("CLOB")
              || type.contains("TEXT")
              || type.contains("BLOB");
      return !isOther && (type.contains("REAL") || type.contains("FLOA") || type.contains("DOUB"));
    }
  }

  public TableDescriptor {
    columns = List.copyOf(columns);
  }

  /** Indexes of the primary key's columns, in the key's order; empty without a primary key. */
  public List<Integer> keyColumns() {
    return IntStream.range(0, columns.size())
        .boxed()
        .filter(i -> columns.get(i).keyPlace() > 0)
        .sorted(Comparator.comparingInt(i -> columns.get(i).keyPlace()))
        .toList();
  }

  /** The same without virtual columns. */
  TableDescriptor stored() {
    return new TableDescriptor(
        name,
        hasRowid,
        columns.stream().filter(column -> column.storage() != Storage.VIRTUAL).toList());
  }
}
