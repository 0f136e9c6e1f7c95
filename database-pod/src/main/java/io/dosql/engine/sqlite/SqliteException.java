package io.dosql.engine.sqlite;

import java.util.OptionalInt;

/**
 * A failure that SQLite reported. The statement or connection can still be used, unless the code
 * says otherwise.
 */
public sealed class SqliteException extends RuntimeException permits SqlTextException {

  private static final long serialVersionUID = 1L;
  private static final int UNKNOWN = -1;

  private final int extendedCode;
  private final int byteOffset;
  private final int charOffset;

  SqliteException(int extendedCode, String message) {
    this(extendedCode, message, UNKNOWN, UNKNOWN);
  }

  SqliteException(int extendedCode, String message, int byteOffset, int charOffset) {
    super(message);
    this.extendedCode = extendedCode;
    this.byteOffset = byteOffset;
    this.charOffset = charOffset;
  }

  /** SQLite's message, such as {@code UNIQUE constraint failed: t.c}. */
  @Override
  public String getMessage() {
    // Never null: every constructor takes a message.
    return String.valueOf(super.getMessage());
  }

  /** The code as a constant, extended where SQLite gave an extended one. */
  public ResultCode code() {
    return ResultCode.of(extendedCode);
  }

  /** SQLite's number for the base code. */
  public int primaryCode() {
    return code().base().value();
  }

  /** SQLite's number for the code, with its extension. */
  public int extendedCode() {
    return extendedCode;
  }

  /** The extended code's name, such as {@code SQLITE_CONSTRAINT_UNIQUE}. */
  public String name() {
    return code().sqliteName();
  }

  /** The base code's name, such as {@code SQLITE_CONSTRAINT}. */
  public String baseName() {
    return code().base().sqliteName();
  }

  /** Where in the SQL text the error is, in bytes of its UTF-8 from 0, when SQLite knows. */
  public OptionalInt byteOffset() {
    return optional(byteOffset);
  }

  /**
   * Where in the SQL text the error is, as an index into the Java string, when SQLite knows. For
   * statements of a script the text is the whole script.
   */
  public OptionalInt charOffset() {
    return optional(charOffset);
  }

  private static OptionalInt optional(int offset) {
    return offset < 0 ? OptionalInt.empty() : OptionalInt.of(offset);
  }
}
