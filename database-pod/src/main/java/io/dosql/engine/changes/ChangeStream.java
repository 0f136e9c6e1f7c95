package io.dosql.engine.changes;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The changes of one commit on their way into the log, section by section. Good until the buffer is
 * written again. There is always a first section, also of no changes.
 */
public final class ChangeStream {

  private final ChangeBuffer buffer;
  private final long end;
  private final byte[] tables;
  private long next;
  private int tablesRead;
  private boolean isFirst = true;

  /**
   * @param tables those that lie in the buffer between {@code from} and {@code to}
   */
  public ChangeStream(List<NumberedTable> tables, ChangeBuffer buffer, long from, long to) {
    this.tables = ItemWriter.tables(tables);
    this.buffer = buffer;
    this.next = from;
    this.end = to;
  }

  public boolean hasNext() {
    return isFirst || tablesRead < tables.length || next < end;
  }

  /**
   * The content of the next section.
   *
   * @param maxBytes at least 64
   */
  public ByteBuffer next(int maxBytes) throws IOException {
    int room = maxBytes - ChangeFormat.SECTION_HEADER_BYTES;
    int fromTables = Math.min(room, tables.length - tablesRead);
    int fromBuffer = (int) Math.min(room - fromTables, end - next);
    byte[] section = new byte[ChangeFormat.SECTION_HEADER_BYTES + fromTables + fromBuffer];
    System.arraycopy(tables, tablesRead, section, ChangeFormat.SECTION_HEADER_BYTES, fromTables);
    buffer.read(next, section, ChangeFormat.SECTION_HEADER_BYTES + fromTables, fromBuffer);
    tablesRead += fromTables;
    next += fromBuffer;
    section[0] = ChangeFormat.VERSION;
    section[1] = (byte) (isFirst ? ChangeFormat.FIRST : 0);
    isFirst = false;
    section[1] |= (byte) (hasNext() ? 0 : ChangeFormat.LAST);
    return ByteBuffer.wrap(section);
  }
}
