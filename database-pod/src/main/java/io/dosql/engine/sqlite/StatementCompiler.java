package io.dosql.engine.sqlite;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Compiles SQL for one connection, under the connection's guard. Holds the native memory that text
 * passes through, so that a short statement allocates none.
 *
 * <pre>
 *   results:  | statement, 8 bytes | tail, 8 bytes |
 *   text:     | UTF-8 | NUL |
 * </pre>
 */
final class StatementCompiler {

  static final int PERSISTENT = 0x01;

  private static final int RESULTS_SIZE_BYTES = 16;
  private static final int SMALLEST_TEXT_BYTES = 1024;
  private static final int LARGEST_KEPT_TEXT_BYTES = 16 * 1024;

  /**
   * A compiled statement.
   *
   * @param statement 0 when the text held none
   * @param tail offset in the buffer of the first byte behind it
   */
  record Compiled(long statement, long tail) {}

  private final long connection;
  private final Hooks hooks;
  private final NativeBuffer results = NativeBuffer.allocate(RESULTS_SIZE_BYTES);
  private @Nullable NativeBuffer text;

  StatementCompiler(long connection, Hooks hooks) {
    this.connection = connection;
    this.hooks = hooks;
  }

  /** Compiles a text that must be exactly one statement. */
  long compileOne(String sql, int flags) {
    rejectNul(sql);
    byte[] utf8 = sql.getBytes(StandardCharsets.UTF_8);
    NativeBuffer buffer = put(utf8);
    try {
      Compiled compiled = compile(buffer, 0, utf8.length, flags);
      if (compiled.statement == 0) {
        throw new SqlTextException(SqlTextException.Problem.NO_STATEMENT, 0, 0);
      }
      requireNothingBehind(compiled, buffer, utf8.length);
      return compiled.statement;
    } finally {
      if (buffer.sizeBytes() > LARGEST_KEPT_TEXT_BYTES) {
        freeText();
      }
    }
  }

  /**
   * Compiles the statement that begins at {@code from}.
   *
   * @param buffer SQL from offset 0, with a NUL at {@code end}
   */
  Compiled compile(NativeBuffer buffer, long from, long end, int flags) {
    hooks.forgetSavepoint();
    int code =
        StatementCalls.prepare(
            connection,
            buffer.address() + from,
            Math.toIntExact(end - from + 1),
            flags,
            results.address(),
            results.address() + Long.BYTES);
    long statement = results.longAt(0);
    if (code != Native.OK || hooks.hasFailed()) {
      SqliteException failure = failure(code, buffer, from, end);
      StatementCalls.finish(statement);
      hooks.throwIfFailed();
      throw failure;
    }
    return new Compiled(statement, results.longAt(Long.BYTES) - buffer.address());
  }

  /** The address of {@code value} as a C string, until the next call of this object. */
  long cString(String value) {
    return put(value.getBytes(StandardCharsets.UTF_8)).address();
  }

  static void rejectNul(String sql) {
    int nul = sql.indexOf('\0');
    if (nul >= 0) {
      int byteOffset = sql.substring(0, nul).getBytes(StandardCharsets.UTF_8).length;
      throw new SqlTextException(SqlTextException.Problem.NUL_CHARACTER, byteOffset, nul);
    }
  }

  void free() {
    results.free();
    freeText();
  }

  private static void requireNothingBehind(Compiled compiled, NativeBuffer buffer, long end) {
    long next = SqlScanner.skipBetweenStatements(buffer, compiled.tail, end);
    if (next < end) {
      StatementCalls.finish(compiled.statement);
      throw new SqlTextException(
          SqlTextException.Problem.MANY_STATEMENTS,
          Math.toIntExact(next),
          SqlScanner.charCount(buffer, 0, next));
    }
  }

  private SqliteException failure(int code, NativeBuffer buffer, long from, long end) {
    String message = Native.string(ConnectionCalls.errorMessage(connection));
    int offset = ConnectionCalls.errorOffset(connection);
    if (offset < 0 || from + offset > end) {
      return new SqliteException(code, message);
    }
    long position = from + offset;
    return new SqliteException(
        code, message, Math.toIntExact(position), SqlScanner.charCount(buffer, 0, position));
  }

  private NativeBuffer put(byte[] utf8) {
    NativeBuffer buffer = text;
    if (buffer == null || buffer.sizeBytes() <= utf8.length) {
      freeText();
      buffer = NativeBuffer.allocate(Math.max(SMALLEST_TEXT_BYTES, utf8.length + 1L));
      text = buffer;
    }
    buffer.putWithNul(0, utf8);
    return buffer;
  }

  private void freeText() {
    if (text != null) {
      text.free();
      text = null;
    }
  }
}
