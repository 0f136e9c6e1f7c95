package io.dosql.engine.sqlite;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * SQL text of any number of statements, split by SQLite's own parser as they are prepared one after
 * another. Run each before preparing the next, which may need what it defines. Belongs to the
 * connection that made it, under the same rules of use, and is closed with it at the latest.
 */
public final class SqlScript extends ConnectionResource implements AutoCloseable {

  /**
   * One statement of a script.
   *
   * @param statement ready to run; the caller closes it
   * @param start index of its first character in the script's text, behind space and comments
   * @param end index behind its last character, which is the semicolon where there is one
   */
  public record Statement(SqliteStatement statement, int start, int end) {}

  private final SqliteConnection connection;
  private final String text;
  private final NativeBuffer utf8;
  private final long endByte;

  // Invariant: position is the byte offset and positionChar the index of the same place in the
  // text.
  private long position;
  private int positionChar;
  private int statementStart;
  private boolean closed;

  SqlScript(SqliteConnection connection, String text) {
    StatementCompiler.rejectNul(text);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    this.connection = connection;
    this.text = text;
    this.utf8 = NativeBuffer.allocate(bytes.length + 1L);
    this.endByte = bytes.length;
    utf8.putWithNul(0, bytes);
  }

  /**
   * Prepares the next statement.
   *
   * @return empty when only space, comments and semicolons are left
   * @throws SqliteException if it does not compile, with offsets into the whole script; the next
   *     call tries the same statement again
   */
  public Optional<Statement> next() {
    boolean outermost = enter();
    try {
      while (true) {
        advanceTo(SqlScanner.skipBetweenStatements(utf8, position, endByte));
        statementStart = positionChar;
        if (position == endByte) {
          return Optional.empty();
        }
        long startByte = position;
        StatementCompiler.Compiled compiled =
            connection.compiler().compile(utf8, position, endByte, 0);
        advanceTo(compiled.tail());
        if (compiled.statement() != 0) {
          return Optional.of(adopt(compiled.statement(), startByte));
        }
      }
    } finally {
      connection.exit(outermost);
    }
  }

  /** Index in the text where the statement begins that {@link #next} last prepared or failed at. */
  public int statementStart() {
    return statementStart;
  }

  /** What follows the statement that was last prepared. */
  public String tail() {
    return text.substring(positionChar);
  }

  /** Frees the script's memory; statements made from it stay usable. Idempotent. */
  @Override
  public void close() {
    boolean outermost = connection.guard().enter();
    try {
      if (!closed) {
        connection.forget(this);
        release();
      }
    } finally {
      connection.exit(outermost);
    }
  }

  @Override
  void release() {
    closed = true;
    utf8.free();
  }

  private Statement adopt(long handle, long startByte) {
    SqliteStatement statement =
        new SqliteStatement(
            connection,
            handle,
            text.substring(statementStart, positionChar),
            Math.toIntExact(startByte),
            statementStart);
    connection.adopt(statement);
    return new Statement(statement, statementStart, positionChar);
  }

  private void advanceTo(long byteOffset) {
    positionChar += SqlScanner.charCount(utf8, position, byteOffset);
    position = byteOffset;
  }

  private boolean enter() {
    boolean outermost = connection.enter();
    if (closed) {
      connection.exit(outermost);
      throw new IllegalStateException("the script is closed");
    }
    return outermost;
  }
}
