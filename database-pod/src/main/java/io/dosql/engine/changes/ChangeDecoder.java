package io.dosql.engine.changes;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the changes of commits from their sections, as they come. Holds no more than one section
 * and one change. Not thread safe; after an exception begin anew with a commit's first section.
 */
public final class ChangeDecoder {

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private record Known(TableDescriptor all, TableDescriptor stored, boolean isIgnored) {}

  private final Map<Integer, Known> tables = new HashMap<>();
  private final RowReader rows = new RowReader();

  /** The begin of a change whose rest is to come; memory of this object. */
  private ByteBuffer pending = NOTHING;

  private long sequence;
  private boolean isOpen;

  /**
   * Reads the next section of a commit.
   *
   * @param section of type {@link ChangeFormat#SECTION_TYPE}; not consumed
   * @param sink is given each change that is complete
   * @return whether this was the commit's last section
   */
  public boolean decode(ByteBuffer section, Consumer<? super Change> sink)
      throws CorruptChangesException {
    ByteBuffer bytes = section.duplicate();
    try {
      int flags = begin(bytes);
      boolean isContinued = pending.hasRemaining();
      ByteBuffer items = isContinued ? join(bytes) : bytes;
      readItems(items, sink);
      boolean isLast = (flags & ChangeFormat.LAST) != 0;
      if (isLast && items.hasRemaining()) {
        throw new CorruptChangesException(
            "the changes of a commit end within a change, %d bytes into it"
                .formatted(items.remaining()));
      }
      isOpen = !isLast;
      keep(items, isContinued);
      return isLast;
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
      CorruptChangesException corrupt =
          new CorruptChangesException("malformed changes: " + e.getMessage());
      corrupt.initCause(e);
      throw corrupt;
    }
  }

  private int begin(ByteBuffer bytes) throws CorruptChangesException {
    int version = bytes.get();
    if (version != ChangeFormat.VERSION) {
      throw new CorruptChangesException(
          "changes of format version %d; this engine reads version %d"
              .formatted(version, ChangeFormat.VERSION));
    }
    int flags = bytes.get();
    bytes.getShort();
    boolean isFirst = (flags & ChangeFormat.FIRST) != 0;
    if (isFirst) {
      tables.clear();
      sequence = 0;
      pending = NOTHING;
    } else if (!isOpen) {
      throw new CorruptChangesException("a section that continues no commit");
    }
    return flags;
  }

  /** What was left of the section before, and this one. */
  private ByteBuffer join(ByteBuffer bytes) {
    int start = pending.position();
    ByteBuffer joined = pending;
    if (joined.capacity() - joined.limit() < bytes.remaining()) {
      // Doubled, so that a change over many sections is not copied for each of them.
      joined = ByteBuffer.allocate(2 * (pending.remaining() + bytes.remaining()));
      joined.put(pending).flip();
      start = 0;
      pending = joined;
    }
    joined.position(joined.limit()).limit(joined.limit() + bytes.remaining());
    joined.put(bytes);
    return joined.position(start);
  }

  private void keep(ByteBuffer items, boolean isOwn) {
    if (!items.hasRemaining()) {
      pending = NOTHING;
    } else if (!isOwn) {
      pending = ByteBuffer.allocate(items.remaining()).put(items).flip();
    }
  }

  /** Reads all complete items; leaves the buffer where the first incomplete one begins. */
  private void readItems(ByteBuffer items, Consumer<? super Change> sink)
      throws CorruptChangesException {
    while (items.hasRemaining()) {
      int start = items.position();
      Change change;
      try {
        change = item(items);
      } catch (BufferUnderflowException continuesInNextSection) {
        items.position(start);
        return;
      }
      if (change != null) {
        sequence++;
        sink.accept(change);
      }
    }
  }

  private @Nullable Change item(ByteBuffer items) throws CorruptChangesException {
    int kind = items.get();
    return switch (kind) {
      case ChangeFormat.TABLE -> {
        addTable(items);
        yield null;
      }
      case ChangeFormat.INSERT -> row(items, RowChange.Operation.INSERT);
      case ChangeFormat.UPDATE -> row(items, RowChange.Operation.UPDATE);
      case ChangeFormat.DELETE -> row(items, RowChange.Operation.DELETE);
      case ChangeFormat.SCHEMA -> schema(items);
      case ChangeFormat.RESET -> new Reset(sequence, Reset.Reason.of(items.get()));
      default -> throw new CorruptChangesException("a change of unknown kind " + kind);
    };
  }

  private void addTable(ByteBuffer items) {
    int number = RowReader.length(items);
    int flags = items.get();
    String name = RowReader.text(items);
    int count = RowReader.length(items);
    List<TableDescriptor.Column> columns = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      columns.add(
          new TableDescriptor.Column(
              RowReader.text(items),
              RowReader.text(items),
              RowReader.length(items),
              TableDescriptor.Storage.of(items.get())));
    }
    TableDescriptor table =
        new TableDescriptor(name, (flags & ChangeFormat.WITHOUT_ROWID) == 0, columns);
    tables.put(number, new Known(table, table.stored(), (flags & ChangeFormat.IGNORED) != 0));
  }

  private @Nullable RowChange row(ByteBuffer items, RowChange.Operation operation)
      throws CorruptChangesException {
    int number = RowReader.length(items);
    Known table = tables.get(number);
    if (table == null) {
      throw new CorruptChangesException("a change of table %d, which is unknown".formatted(number));
    }
    RowReader.Images images = rows.read(items, table.all(), operation);
    return table.isIgnored()
        ? null
        : new RowChange(
            sequence,
            table.stored(),
            operation,
            images.oldRowid(),
            images.newRowid(),
            images.oldValues(),
            images.newValues());
  }

  private SchemaChange schema(ByteBuffer items) {
    String statement = RowReader.text(items);
    int count = RowReader.length(items);
    List<SchemaChange.ObjectChange> objects = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      objects.add(
          new SchemaChange.ObjectChange(
              SchemaChange.Action.of(items.get()),
              RowReader.text(items),
              RowReader.text(items),
              RowReader.text(items),
              RowReader.text(items)));
    }
    return new SchemaChange(sequence, statement, objects);
  }
}
