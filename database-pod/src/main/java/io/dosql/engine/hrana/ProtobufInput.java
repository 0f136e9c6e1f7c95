package io.dosql.engine.hrana;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.util.function.Function;

/**
 * Reads protobuf's wire format, message by message. Whatever is malformed, or nests too deep, fails
 * with INVALID_REQUEST; values are never repeated in its message. Not thread safe.
 */
final class ProtobufInput {

  /** As deep as JSON may nest. */
  private static final int MAX_DEPTH = 64;

  private static final int WIRE_TYPE_BITS = 3;

  /** Wire types, for the tags of fields: {@code number << 3 | wire type}. */
  static final int VARINT = 0;

  static final int FIXED64 = 1;
  static final int DELIMITED = 2;

  private final CodedInputStream in;
  private int depth;
  private boolean broken;

  private ProtobufInput(byte[] document) {
    this.in = CodedInputStream.newInstance(document);
  }

  /** Takes a field by its tag, and its value; false passes it over. */
  @FunctionalInterface
  interface Field {
    boolean take(int tag);
  }

  /** Reads {@code document}, which is one message. */
  static <T> T read(byte[] document, Function<ProtobufInput, T> read) {
    return read.apply(new ProtobufInput(document));
  }

  /** Reads the fields of the message that the reader is in, up to its end. */
  void fields(Field field) {
    while (true) {
      int tag = integer(CodedInputStream::readTag);
      if (tag == 0) {
        return;
      }
      if (!field.take(tag) && !value(input -> input.skipField(tag))) {
        throw invalid("A group ends that did not begin");
      }
    }
  }

  /** Reads a message in a field. */
  <T> T message(Function<ProtobufInput, T> read) {
    if (++depth > MAX_DEPTH) {
      throw invalid("Messages may nest " + MAX_DEPTH + " deep");
    }
    int length = integer(CodedInputStream::readRawVarint32);
    int outer = integer(input -> input.pushLimit(length));
    T result = read.apply(this);
    in.popLimit(outer);
    depth--;
    return result;
  }

  /** Passes over what a message without fields may hold. */
  boolean emptyMessage() {
    return message(
        inside -> {
          inside.fields(tag -> false);
          return true;
        });
  }

  String string() {
    return value(CodedInputStream::readStringRequireUtf8);
  }

  byte[] bytes() {
    return value(CodedInputStream::readByteArray);
  }

  int int32() {
    return integer(CodedInputStream::readInt32);
  }

  int uint32() {
    return integer(CodedInputStream::readUInt32);
  }

  long sint64() {
    return value(CodedInputStream::readSInt64);
  }

  double float64() {
    return value(CodedInputStream::readDouble);
  }

  boolean bool() {
    return value(CodedInputStream::readBool);
  }

  /** Whether the wire format itself is broken, so that nothing in it can be relied on. */
  boolean isBroken() {
    return broken;
  }

  /** An error about what was read last; {@code what} has no full stop. */
  DosqlException invalid(String what) {
    return new DosqlException(
        ErrorCode.INVALID_REQUEST,
        "%s (at byte %d of the body).".formatted(what, in.getTotalBytesRead()));
  }

  /** The error for a field that must be there. */
  DosqlException missing(String message, String field) {
    return invalid("The field '" + field + "' of a " + message + " is missing");
  }

  @FunctionalInterface
  private interface Read<T> {
    T from(CodedInputStream in) throws IOException;
  }

  private int integer(Read<Integer> read) {
    return value(read);
  }

  private <T> T value(Read<T> read) {
    try {
      return read.from(in);
    } catch (InvalidProtocolBufferException malformed) {
      broken = true;
      throw invalid("The body is not a valid protobuf message");
    } catch (IOException impossible) {
      broken = true;
      throw invalid("The body cannot be read");
    }
  }

  /** The tag of a field, as constants for {@code switch} spell it out. */
  static int tag(int number, int wireType) {
    return number << WIRE_TYPE_BITS | wireType;
  }
}
