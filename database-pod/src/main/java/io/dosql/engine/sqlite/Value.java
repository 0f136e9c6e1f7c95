package io.dosql.engine.sqlite;

/** A value of one of SQLite's five storage classes, on its way into a statement. */
public sealed interface Value {

  /** SQL NULL. */
  record Null() implements Value {}

  /** A 64-bit signed integer. */
  record Int(long value) implements Value {}

  /** A double. SQLite stores NaN as NULL. */
  record Real(double value) implements Value {}

  /** Text; may hold U+0000. */
  record Text(String value) implements Value {}

  /** Bytes; the array is not copied and must not change while the value is in use. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared; copying would double large blobs.
  record Blob(byte[] value) implements Value {}

  /** The one NULL. */
  Null NULL = new Null();
}
