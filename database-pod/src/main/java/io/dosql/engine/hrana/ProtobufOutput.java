package io.dosql.engine.hrana;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Protobuf's wire format into one growing buffer. A message's length comes before it and is known
 * after it: one byte is left free for it, and what follows is moved when it needs more, which is
 * cheaper than to look at all values twice. Not thread safe.
 */
final class ProtobufOutput {

  private static final int INITIAL_BYTES = 512;
  private static final int SHORT_MESSAGE = 127;
  private static final int INITIAL_DEPTH = 16;
  private static final int TAG_AND_LENGTH = 10;

  private byte[] buffer = new byte[INITIAL_BYTES];
  private CodedOutputStream out = CodedOutputStream.newInstance(buffer);

  /** Where {@link #out} begins in the buffer. */
  private int outStart;

  private int[] open = new int[INITIAL_DEPTH];
  private int depth;

  /** Bytes written. */
  int size() {
    return outStart + out.getTotalBytesWritten();
  }

  /** Messages that are open. */
  int depth() {
    return depth;
  }

  /** Goes back to an earlier size and depth. */
  void reset(int earlierSize, int earlierDepth) {
    depth = earlierDepth;
    continueAt(earlierSize);
  }

  /** What was written, not copied: the output must not be used any more. */
  ByteBuffer toBuffer() {
    return ByteBuffer.wrap(buffer, 0, size());
  }

  /** Begins a message in a field. */
  void begin(int field) {
    write(TAG_AND_LENGTH, () -> out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED));
    beginDelimited();
  }

  /** Begins a message that only its length delimits. */
  void beginDelimited() {
    if (depth == open.length) {
      open = Arrays.copyOf(open, 2 * depth);
    }
    open[depth++] = size();
    write(1, () -> out.writeRawByte(0));
  }

  /** Ends the message that was begun last. */
  void end() {
    int lengthAt = open[--depth];
    int end = size();
    int length = end - lengthAt - 1;
    if (length <= SHORT_MESSAGE) {
      buffer[lengthAt] = (byte) length;
      return;
    }
    int more = CodedOutputStream.computeUInt32SizeNoTag(length) - 1;
    ensure(more);
    System.arraycopy(buffer, lengthAt + 1, buffer, lengthAt + 1 + more, length);
    continueAt(lengthAt);
    write(1 + more, () -> out.writeUInt32NoTag(length));
    continueAt(end + more);
  }

  /** A message without fields. */
  void empty(int field) {
    begin(field);
    end();
  }

  void string(int field, String text) {
    // Its characters take three bytes each at most.
    write(TAG_AND_LENGTH + 3L * text.length(), () -> out.writeString(field, text));
  }

  void bytes(int field, byte[] bytes) {
    write(TAG_AND_LENGTH + (long) bytes.length, () -> out.writeByteArray(field, bytes));
  }

  void uint32(int field, int value) {
    write(TAG_AND_LENGTH, () -> out.writeUInt32(field, value));
  }

  void int32(int field, int value) {
    write(2L * TAG_AND_LENGTH, () -> out.writeInt32(field, value));
  }

  void uint64(int field, long value) {
    write(2L * TAG_AND_LENGTH, () -> out.writeUInt64(field, value));
  }

  void sint64(int field, long value) {
    write(2L * TAG_AND_LENGTH, () -> out.writeSInt64(field, value));
  }

  void float64(int field, double value) {
    write(2L * TAG_AND_LENGTH, () -> out.writeDouble(field, value));
  }

  void bool(int field, boolean value) {
    write(TAG_AND_LENGTH, () -> out.writeBool(field, value));
  }

  /** The same bytes as they are elsewhere: whole messages, or whole fields. */
  void copy(ProtobufOutput source, int from, int to) {
    write(to - from, () -> out.write(source.buffer, from, to - from));
  }

  @FunctionalInterface
  private interface Write {
    void to() throws IOException;
  }

  private void write(long bytesMax, Write write) {
    ensure(bytesMax);
    try {
      write.to();
    } catch (IOException impossible) {
      throw new UncheckedIOException("the buffer has room", impossible);
    }
  }

  private void ensure(long more) {
    if (more <= out.spaceLeft()) {
      return;
    }
    int size = size();
    long needed = size + more;
    if (needed > Integer.MAX_VALUE - 8L) {
      throw new OutOfMemoryError("a message of " + needed + " bytes");
    }
    buffer = Arrays.copyOf(buffer, (int) Math.min(Integer.MAX_VALUE - 8L, 2 * needed));
    continueAt(size);
  }

  private void continueAt(int at) {
    outStart = at;
    out = CodedOutputStream.newInstance(buffer, at, buffer.length - at);
  }
}
