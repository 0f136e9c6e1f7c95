package io.dosql.engine.hrana;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A protobuf message without a schema: built field by field, and taken apart so. */
final class WireMessage {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** A field as it lay on the wire; {@code value} is a Long, or the bytes of a delimited one. */
  record Field(int number, Object value) {
    long number64() {
      return (Long) value;
    }

    /** A sint64. */
    long zigzag() {
      return CodedInputStream.decodeZigZag64(number64());
    }

    double real() {
      return Double.longBitsToDouble(number64());
    }

    String text() {
      return bytes().toString(StandardCharsets.UTF_8);
    }

    ByteString bytes() {
      return (ByteString) value;
    }

    List<Field> message() {
      return parse(bytes().toByteArray());
    }
  }

  private interface Write {
    void to(CodedOutputStream out) throws IOException;
  }

  private WireMessage add(Write write) {
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      write.to(out);
      out.flush();
      return this;
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  WireMessage text(int field, String value) {
    return add(out -> out.writeString(field, value));
  }

  WireMessage blob(int field, byte[] value) {
    return add(out -> out.writeByteArray(field, value));
  }

  WireMessage varint(int field, long value) {
    return add(out -> out.writeUInt64(field, value));
  }

  WireMessage zigzag(int field, long value) {
    return add(out -> out.writeSInt64(field, value));
  }

  WireMessage real(int field, double value) {
    return add(out -> out.writeDouble(field, value));
  }

  WireMessage message(int field, WireMessage value) {
    return blob(field, value.toBytes());
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }

  /** All fields, in their order. */
  static List<Field> parse(byte[] message) {
    try {
      List<Field> fields = new ArrayList<>();
      CodedInputStream in = CodedInputStream.newInstance(message);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        Object value =
            switch (WireFormat.getTagWireType(tag)) {
              case WireFormat.WIRETYPE_VARINT -> in.readUInt64();
              case WireFormat.WIRETYPE_FIXED64 -> in.readFixed64();
              case WireFormat.WIRETYPE_LENGTH_DELIMITED -> in.readBytes();
              default -> throw new IOException("wire type of tag " + tag);
            };
        fields.add(new Field(WireFormat.getTagFieldNumber(tag), value));
      }
      return fields;
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
  }

  /** The only field of that number; null if there is none. */
  static @Nullable Field find(List<Field> fields, int number) {
    List<Field> found = all(fields, number);
    if (found.size() > 1) {
      throw new AssertionError(found.size() + " fields " + number);
    }
    return found.isEmpty() ? null : found.getFirst();
  }

  /** The only field of that number, which must be there. */
  static Field get(List<Field> fields, int number) {
    Field found = find(fields, number);
    if (found == null) {
      throw new AssertionError("no field " + number + " in " + fields);
    }
    return found;
  }

  /** A message in a message in …, by the numbers of their fields. */
  static List<Field> at(List<Field> fields, int... path) {
    List<Field> here = fields;
    for (int number : path) {
      here = get(here, number).message();
    }
    return here;
  }

  static List<Field> all(List<Field> fields, int number) {
    return fields.stream().filter(field -> field.number() == number).toList();
  }
}
