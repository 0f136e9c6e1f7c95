package io.dosql.engine.json;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON as UTF-8 into one growing buffer. Commas come by themselves; the caller sees to it
 * that what begins also ends. A {@link Mark} lets it take back a value that turned out not to be
 * wanted, which is why this is not a stock generator. Not thread safe.
 */
public final class JsonWriter {

  /** Integers beyond this cannot be told apart by readers that know doubles only. */
  public static final long MAX_SAFE_INTEGER = (1L << 53) - 1;

  private static final int INITIAL_BYTES = 512;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] REPLACEMENT = "\ufffd".getBytes(StandardCharsets.UTF_8);

  /** The longest number: 19 digits and a sign. */
  private static final int LONG_BYTES_MAX = 20;

  private byte[] buffer;
  private int size;
  private boolean needsComma;

  public JsonWriter() {
    this(INITIAL_BYTES);
  }

  /** For a text whose size is known about. */
  public JsonWriter(int expectedBytes) {
    buffer = new byte[expectedBytes];
  }

  /** A moment in the writing, for {@link #reset}. */
  public static final class Mark {
    private final int size;
    private final boolean needsComma;

    private Mark(int size, boolean needsComma) {
      this.size = size;
      this.needsComma = needsComma;
    }
  }

  /** The moment now. */
  public Mark mark() {
    return new Mark(size, needsComma);
  }

  /** Takes back all that was written since {@code mark}. */
  public void reset(Mark mark) {
    size = mark.size;
    needsComma = mark.needsComma;
  }

  /** Takes back all that lies behind {@code sizeBytes}, where a fragment ended. */
  public void truncate(int sizeBytes) {
    size = sizeBytes;
    needsComma = false;
  }

  /** Bytes written. */
  public int size() {
    return size;
  }

  /** What was written, not copied: the writer must not be used any more. */
  public ByteBuffer toBuffer() {
    return ByteBuffer.wrap(buffer, 0, size);
  }

  public JsonWriter beginObject() {
    separate();
    put('{');
    needsComma = false;
    return this;
  }

  public JsonWriter endObject() {
    put('}');
    needsComma = true;
    return this;
  }

  public JsonWriter beginArray() {
    separate();
    put('[');
    needsComma = false;
    return this;
  }

  public JsonWriter endArray() {
    put(']');
    needsComma = true;
    return this;
  }

  /** The name of the next value, in an object. */
  public JsonWriter name(String name) {
    separate();
    quoted(name);
    put(':');
    needsComma = false;
    return this;
  }

  public JsonWriter value(@Nullable String text) {
    separate();
    if (text == null) {
      put(NULL);
    } else {
      quoted(text);
    }
    needsComma = true;
    return this;
  }

  /**
   * A string of text that is there as UTF-8; what is malformed in it becomes U+FFFD. Mostly it can
   * be copied as it stands.
   *
   * @param length of the text, which begins at the array's first byte
   */
  public JsonWriter value(byte[] utf8, int length) {
    if (!PlainText.isPlain(utf8, length)) {
      return value(new String(utf8, 0, length, StandardCharsets.UTF_8));
    }
    separate();
    ensure(length + 2);
    buffer[size++] = '"';
    System.arraycopy(utf8, 0, buffer, size, length);
    size += length;
    buffer[size++] = '"';
    needsComma = true;
    return this;
  }

  public JsonWriter value(long number) {
    separate();
    digits(number);
    needsComma = true;
    return this;
  }

  /** A number as a string, for readers that know doubles only. */
  public JsonWriter quotedValue(long number) {
    separate();
    put('"');
    digits(number);
    put('"');
    needsComma = true;
    return this;
  }

  /**
   * The beginning of a value as it stands, up to where another value has its place.
   *
   * @param json ASCII
   */
  public JsonWriter beginning(byte[] json) {
    separate();
    put(json);
    needsComma = false;
    return this;
  }

  /** In place: what holds rows writes many. */
  private void digits(long number) {
    ensure(LONG_BYTES_MAX);
    // Below zero there is room for the least number, too.
    long rest = number < 0 ? number : -number;
    if (number < 0) {
      buffer[size++] = '-';
    }
    int length = 1;
    for (long power = -10; rest <= power; power *= 10) {
      length++;
      if (length == LONG_BYTES_MAX - 1) {
        break;
      }
    }
    for (int at = size + length - 1; at >= size; at--) {
      buffer[at] = (byte) ('0' - rest % 10);
      rest /= 10;
    }
    size += length;
  }

  public JsonWriter value(boolean flag) {
    return plain(Boolean.toString(flag));
  }

  /**
   * A number. JSON has no infinity; {@code 1e999} is a JSON number that parsers round to it. NaN,
   * which SQLite does not have, becomes null.
   */
  public JsonWriter value(double number) {
    if (Double.isInfinite(number)) {
      return plain(number > 0 ? "1e999" : "-1e999");
    }
    return Double.isNaN(number) ? nullValue() : plain(Double.toString(number));
  }

  public JsonWriter nullValue() {
    separate();
    put(NULL);
    needsComma = true;
    return this;
  }

  /** Bytes as a base64 string. */
  public JsonWriter base64(byte[] bytes, boolean padded) {
    separate();
    Base64.Encoder encoder = Base64.getEncoder();
    byte[] text = (padded ? encoder : encoder.withoutPadding()).encode(bytes);
    ensure(text.length + 2);
    put('"');
    put(text);
    put('"');
    needsComma = true;
    return this;
  }

  /**
   * Copies what {@code source} wrote between two marks, which must be whole values, or whole fields
   * of an object, without a comma before them.
   */
  public JsonWriter copy(JsonWriter source, Mark from, Mark to) {
    return copy(source, from.size, to.size);
  }

  /** Copies bytes that {@code source} wrote, by their places, which hold one whole value. */
  public JsonWriter copy(JsonWriter source, int from, int to) {
    separate();
    int length = to - from;
    ensure(length);
    System.arraycopy(source.buffer, from, buffer, size, length);
    size += length;
    needsComma = true;
    return this;
  }

  /** Begins what {@link #copy} will put elsewhere: no comma comes before the next value or name. */
  public Mark beginFragment() {
    needsComma = false;
    return mark();
  }

  /** Ends a line, for texts of several values, one on each. */
  public JsonWriter endLine() {
    put('\n');
    needsComma = false;
    return this;
  }

  private JsonWriter plain(String ascii) {
    separate();
    int length = ascii.length();
    ensure(length);
    for (int i = 0; i < length; i++) {
      buffer[size++] = (byte) ascii.charAt(i);
    }
    needsComma = true;
    return this;
  }

  private void separate() {
    if (needsComma) {
      put(',');
    }
  }

  private void quoted(String text) {
    put('"');
    int i = plainRun(text, 0);
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c < 0x80) {
        ascii(c);
        i++;
      } else {
        int codePoint = text.codePointAt(i);
        multiByte(codePoint);
        i += Character.charCount(codePoint);
      }
      i = plainRun(text, i);
    }
    put('"');
  }

  /** Writes the characters from {@code begin} on that stand for themselves; returns their end. */
  private int plainRun(String text, int begin) {
    int length = text.length();
    ensure(length - begin);
    // Locals, so that nothing is looked at twice for each character.
    byte[] target = buffer;
    int at = size;
    int i = begin;
    while (i < length) {
      char c = text.charAt(i);
      if (!PlainText.isPlain(c)) {
        break;
      }
      target[at++] = (byte) c;
      i++;
    }
    size = at;
    return i;
  }

  private void multiByte(int codePoint) {
    if (codePoint < 0x800) {
      ensure(2);
      buffer[size++] = (byte) (0xC0 | (codePoint >> 6));
      buffer[size++] = continuation(codePoint);
    } else if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
      put(REPLACEMENT);
    } else if (codePoint < 0x10000) {
      ensure(3);
      buffer[size++] = (byte) (0xE0 | (codePoint >> 12));
      buffer[size++] = continuation(codePoint >> 6);
      buffer[size++] = continuation(codePoint);
    } else {
      ensure(4);
      buffer[size++] = (byte) (0xF0 | (codePoint >> 18));
      buffer[size++] = continuation(codePoint >> 12);
      buffer[size++] = continuation(codePoint >> 6);
      buffer[size++] = continuation(codePoint);
    }
  }

  private static byte continuation(int bits) {
    return (byte) (0x80 | (bits & 0x3F));
  }

  private void ascii(char c) {
    switch (c) {
      case '"' -> escaped('"');
      case '\\' -> escaped('\\');
      case '\n' -> escaped('n');
      case '\r' -> escaped('r');
      case '\t' -> escaped('t');
      default -> {
        if (c >= 0x20) {
          put(c);
        } else {
          escaped('u');
          ensure(4);
          buffer[size++] = '0';
          buffer[size++] = '0';
          buffer[size++] = HEX[c >> 4];
          buffer[size++] = HEX[c & 0xF];
        }
      }
    }
  }

  private void escaped(char c) {
    put('\\');
    put(c);
  }

  private void put(char c) {
    ensure(1);
    buffer[size++] = (byte) c;
  }

  private void put(byte[] bytes) {
    ensure(bytes.length);
    System.arraycopy(bytes, 0, buffer, size, bytes.length);
    size += bytes.length;
  }

  private void ensure(int more) {
    int needed = Math.addExact(size, more);
    if (needed > buffer.length) {
      buffer = Arrays.copyOf(buffer, (int) Math.min(Integer.MAX_VALUE - 8L, needed * 2L));
    }
  }
}
