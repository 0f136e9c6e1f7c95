package io.dosql.engine.sqlite;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Copies text and blobs out of rows, for one connection, under its guard. */
final class ColumnReader {

  private static final byte[] EMPTY = {};
  private static final Utf8Text NO_TEXT = new Utf8Text(EMPTY);
  private static final int SMALL_TEXT_BYTES = 512;

  private final long connection;
  // Short text passes through here, so that only the string itself is allocated.
  private @Nullable Utf8Text smallText;

  ColumnReader(long connection) {
    this.connection = connection;
  }

  static ColumnType type(long statement, int column) {
    int code = ColumnCalls.type(statement, column);
    return switch (code) {
      case 1 -> ColumnType.INTEGER;
      case 2 -> ColumnType.REAL;
      case 3 -> ColumnType.TEXT;
      case 4 -> ColumnType.BLOB;
      case 5 -> ColumnType.NULL;
      default -> throw new IllegalStateException("unknown column type " + code);
    };
  }

  String text(long statement, int column) {
    Utf8Text text = utf8(statement, column);
    return new String(text.bytes(), 0, text.length(), StandardCharsets.UTF_8);
  }

  /** Valid until the next call: short text is in the same object each time. */
  Utf8Text utf8(long statement, int column) {
    long address = ColumnCalls.text(statement, column);
    int sizeBytes = ColumnCalls.sizeBytes(statement, column);
    if (address == 0) {
      requireMemory(sizeBytes);
      return NO_TEXT;
    }
    Utf8Text text = sizeBytes <= SMALL_TEXT_BYTES ? smallText() : new Utf8Text(new byte[sizeBytes]);
    MemorySegment.copy(Native.MEMORY, JAVA_BYTE, address, text.bytes(), 0, sizeBytes);
    text.setLength(sizeBytes);
    return text;
  }

  byte[] blob(long statement, int column) {
    long address = ColumnCalls.blob(statement, column);
    int sizeBytes = ColumnCalls.sizeBytes(statement, column);
    if (address == 0) {
      requireMemory(sizeBytes);
      return EMPTY;
    }
    byte[] bytes = new byte[sizeBytes];
    MemorySegment.copy(Native.MEMORY, JAVA_BYTE, address, bytes, 0, sizeBytes);
    return bytes;
  }

  /** A null pointer means NULL or an empty blob, or that there was no memory to convert in. */
  private void requireMemory(int sizeBytes) {
    if (ConnectionCalls.errorCode(connection) == Native.NOMEM) {
      throw NativeBuffer.outOfMemory(sizeBytes);
    }
  }

  private Utf8Text smallText() {
    Utf8Text text = smallText;
    if (text == null) {
      text = new Utf8Text(new byte[SMALL_TEXT_BYTES]);
      smallText = text;
    }
    return text;
  }
}
