package io.dosql.engine.changes;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A row that was inserted, updated or deleted: by a statement itself, a trigger, a cascade, or
 * because another row took its place.
 *
 * @param table as it was then, without virtual columns: values are in the order of its columns
 * @param oldRowid null for INSERT and WITHOUT ROWID
 * @param newRowid null for DELETE and WITHOUT ROWID
 * @param oldValues empty for INSERT
 * @param newValues empty for DELETE
 */
public record RowChange(
    long sequence,
    TableDescriptor table,
    Operation operation,
    @Nullable Long oldRowid,
    @Nullable Long newRowid,
    List<ChangeValue> oldValues,
    List<ChangeValue> newValues)
    implements Change {

  /** What happened to the row. */
  public enum Operation {
    INSERT,
    UPDATE,
    DELETE
  }

  public RowChange {
    oldValues = List.copyOf(oldValues);
    newValues = List.copyOf(newValues);
  }

  /** What identified the row before the change; empty for INSERT. See {@link #newKey}. */
  public Optional<List<ChangeValue>> oldKey() {
    return operation == Operation.INSERT ? Optional.empty() : Optional.of(key(oldValues, oldRowid));
  }

  /**
   * What identifies the row after the change: the values of the primary key, or the rowid if the
   * table has none, or one with a NULL in it, which SQLite allows any number of times. Empty for
   * DELETE.
   */
  public Optional<List<ChangeValue>> newKey() {
    return operation == Operation.DELETE ? Optional.empty() : Optional.of(key(newValues, newRowid));
  }

  private List<ChangeValue> key(List<ChangeValue> values, @Nullable Long rowid) {
    List<ChangeValue> key = table.keyColumns().stream().map(values::get).toList();
    if (rowid != null && (key.isEmpty() || key.contains(ChangeValue.NULL))) {
      return List.of(new ChangeValue.Int(rowid));
    }
    return key;
  }
}
