package io.dosql.engine.changes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A value of one of SQLite's five storage classes, as a row holds it. */
public sealed interface ChangeValue {

  /** SQL NULL. */
  record Null() implements ChangeValue {}

  /** A 64-bit signed integer. */
  record Int(long value) implements ChangeValue {}

  /** A double. */
  record Real(double value) implements ChangeValue {}

  /**
   * Text.
   *
   * @param utf8 as SQLite has it: may be malformed, may hold U+0000; not copied, must not change
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared by content below.
  record Text(byte[] utf8) implements ChangeValue {

    public String string() {
      return new String(utf8, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Text(byte[] bytes) && Arrays.equals(utf8, bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(utf8);
    }

    @Override
    public String toString() {
      return "'" + string() + "'";
    }
  }

  /**
   * Bytes.
   *
   * @param bytes not copied, must not change
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared by content below.
  record Blob(byte[] bytes) implements ChangeValue {

    @Override
    public boolean equals(Object other) {
      return other instanceof Blob(byte[] theirs) && Arrays.equals(bytes, theirs);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
      return "a blob of " + bytes.length + " bytes";
    }
  }

  /** The one NULL. */
  Null NULL = new Null();
}
