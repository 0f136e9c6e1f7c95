package io.dosql.engine.changes;

import java.util.List;

/**
 * A statement that defined, altered or dropped something. Rows that it moved or dropped with a
 * table are not told one by one; rows that it made (CREATE TABLE … AS SELECT) follow as inserts.
 *
 * @param statement its text
 * @param objects what it did, as a comparison of {@code sqlite_schema} before and after shows;
 *     objects of SQLite and of the engine are left out
 */
public record SchemaChange(long sequence, String statement, List<ObjectChange> objects)
    implements Change {

  /** What became of an object. */
  public enum Action {
    CREATED(0),
    /** Its definition, or its name, is another one. */
    ALTERED(1),
    DROPPED(2);

    private final int code;

    Action(int code) {
      this.code = code;
    }

    /** As it is stored. */
    int code() {
      return code;
    }

    static Action of(int code) {
      return switch (code) {
        case 0 -> CREATED;
        case 1 -> ALTERED;
        case 2 -> DROPPED;
        default -> throw new IllegalArgumentException("an unknown action " + code);
      };
    }
  }

  /**
   * An object of the schema.
   *
   * @param type {@code table}, {@code index}, {@code view} or {@code trigger}
   * @param name after the change, unless it was dropped
   * @param table that it belongs to; for a table its own name, before the change if it was renamed
   * @param definition SQL after the change, or before it if it was dropped; "" for none
   */
  public record ObjectChange(
      Action action, String type, String name, String table, String definition) {}

  public SchemaChange {
    objects = List.copyOf(objects);
  }
}
