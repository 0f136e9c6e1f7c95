package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.ResultCode;
import io.dosql.engine.sqlite.SqliteException;
import io.dosql.engine.sqlite.SqliteHeap;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Says in the catalogue's codes what SQLite said in its own. */
public final class SqlFailures {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private SqlFailures() {}

  static DosqlException explain(
      SqliteException failure, String sql, @Nullable String refusal, Guard guard) {
    ResultCode base = failure.code().base();
    DosqlException stopped = base == ResultCode.INTERRUPT ? guard.failure(failure) : null;
    if (stopped != null) {
      return stopped;
    }
    if ((base == ResultCode.AUTH || base == ResultCode.ERROR) && refusal != null) {
      return new DosqlException(ErrorCode.FORBIDDEN, refusal, failure)
          .withSuggestion("Do without it; the documentation lists the SQL that is available.")
          .withSqliteCode("SQLITE_AUTH");
    }
    return explain(failure, sql);
  }

  /** Whether SQLite has said that the database file is damaged, or none. */
  static boolean tellsOfDamage(RuntimeException failure) {
    Throwable told = failure instanceof DosqlException translated ? translated.getCause() : failure;
    if (!(told instanceof SqliteException sqlite)) {
      return false;
    }
    return switch (sqlite.code().base()) {
      case NOTADB -> true;
      case CORRUPT -> sqlite.code() != ResultCode.CORRUPT_VTAB;
      default -> false;
    };
  }

  /** A statement got no memory; what it had done is undone. */
  static DosqlException outOfMemory(
      SqliteException failure, SqliteHeap.Refusal refusal, long maxStatementMemoryBytes) {
    String message =
        switch (refusal) {
          case STATEMENT ->
              "the statement takes more memory than %d bytes, the limit maxStatementMemoryBytes"
                  .formatted(maxStatementMemoryBytes);
          case PROCESS ->
              "SQLite holds as much memory as the pod has for it, so large statements wait, the limit"
                  + " maxHeapBytes";
          case NONE, TEST -> "SQLite got no memory for the statement";
        };
    return new DosqlException(ErrorCode.RESOURCE_EXHAUSTED, message, failure)
        .withSuggestion(
            "Sort, group or return fewer or smaller rows at a time, or raise the limit.")
        .withSqliteCode("SQLITE_NOMEM");
  }

  static DosqlException tooLarge(@Nullable SqliteException failure) {
    return new DosqlException(
            ErrorCode.RESOURCE_EXHAUSTED,
            "the transaction writes more than the limit maxTransactionBytes; nothing was written",
            failure)
        .withSuggestion("Write in several smaller transactions.")
        .withSqliteCode("SQLITE_FULL");
  }

  /** Translates a failure of {@code sql}, with its position there where SQLite names one. */
  public static DosqlException explain(SqliteException failure, String sql) {
    if (failure.code() == ResultCode.CONSTRAINT_COMMITHOOK) {
      return tooLarge(failure);
    }
    String message = failure.getMessage();
    DosqlException explained =
        new DosqlException(code(failure, message), message, failure)
            .withSqliteCode(failure.baseName());
    if (explained.code() == ErrorCode.TXN_LOCK_TIMEOUT) {
      DosqlException _ = explained.withRetryAfter(RETRY_AFTER);
    }
    failure.charOffset().ifPresent(offset -> locate(explained, sql, offset));
    return explained;
  }

  /** Says and shows where in {@code sql} the failure is. */
  static void locate(DosqlException failure, String sql, int offset) {
    DosqlException.Position position = position(sql, offset);
    if (position != null) {
      DosqlException _ = failure.withPosition(position).withExcerpt(SqlExcerpt.at(sql, offset));
    }
  }

  private static ErrorCode code(SqliteException failure, String message) {
    return failure.code() == ResultCode.ERROR ? codeOfError(message) : code(failure.code());
  }

  /** The code for what SQLite says, apart from its words. Extended codes first, then base codes. */
  static ErrorCode code(ResultCode code) {
    return switch (code) {
      case BUSY_SNAPSHOT -> ErrorCode.TXN_SERIALIZATION_FAILURE;
      case LOCKED_SHAREDCACHE -> ErrorCode.TXN_DEADLOCK;
      case CONSTRAINT_DATATYPE -> ErrorCode.TYPE_MISMATCH;
      case IOERR_NOMEM -> ErrorCode.RESOURCE_EXHAUSTED;
      case ERROR_SNAPSHOT -> ErrorCode.SNAPSHOT_NOT_AVAILABLE;
      // A virtual table finds fault with its own tables, which a client may have written to.
      case CORRUPT_VTAB -> ErrorCode.INVALID_REQUEST;
      default -> codeOfBase(code.base());
    };
  }

  private static ErrorCode codeOfBase(ResultCode base) {
    return switch (base) {
      case ERROR, RANGE -> ErrorCode.INVALID_REQUEST;
      case CONSTRAINT -> ErrorCode.CONSTRAINT_VIOLATION;
      case MISMATCH -> ErrorCode.TYPE_MISMATCH;
      case TOOBIG -> ErrorCode.PAYLOAD_TOO_LARGE;
      case BUSY, LOCKED, PROTOCOL -> ErrorCode.TXN_LOCK_TIMEOUT;
      // The schema changed again and again while the statement was compiled, or it was rolled back.
      case ABORT, SCHEMA -> ErrorCode.TXN_ABORTED;
      case NOMEM, FULL -> ErrorCode.RESOURCE_EXHAUSTED;
      case READONLY -> ErrorCode.TXN_READ_ONLY_VIOLATION;
      case INTERRUPT -> ErrorCode.TIMEOUT;
      case AUTH -> ErrorCode.FORBIDDEN;
      case CORRUPT, NOTADB -> ErrorCode.TENANT_UNAVAILABLE;
      default -> ErrorCode.INTERNAL;
    };
  }

  /**
   * SQLITE_ERROR is everything that has no code of its own; the wording has been stable for years.
   */
  private static ErrorCode codeOfError(String message) {
    if (message.startsWith("no such table") || message.startsWith("no such view")) {
      return ErrorCode.TABLE_NOT_FOUND;
    }
    if (message.startsWith("no such column") || message.contains("has no column named")) {
      return ErrorCode.COLUMN_NOT_FOUND;
    }
    if (message.startsWith("no such savepoint")) {
      return ErrorCode.TXN_SAVEPOINT_NOT_FOUND;
    }
    if (message.contains("syntax error")
        || message.startsWith("unrecognized token")
        || message.startsWith("incomplete input")
        || message.startsWith("unterminated")) {
      return ErrorCode.SYNTAX_ERROR;
    }
    return ErrorCode.INVALID_REQUEST;
  }

  /**
   * A position in one statement of a longer text, as a position in the whole text.
   *
   * @param start where the statement begins, as a character offset
   * @param inStatement null: where the statement itself begins, behind blanks and comments
   */
  public static DosqlException.@Nullable Position positionIn(
      String text, int start, DosqlException.@Nullable Position inStatement) {
    if (inStatement == null) {
      return position(text, SqlText.skipBlank(text, start));
    }
    DosqlException.Position from = position(text, start);
    if (from == null) {
      return inStatement;
    }
    return new DosqlException.Position(
        from.line() + inStatement.line() - 1,
        inStatement.line() == 1 ? from.column() + inStatement.column() - 1 : inStatement.column());
  }

  /**
   * Turns the place in one statement of a longer text into the place in the whole text.
   *
   * @param start where the text begins that the failure is of, as a character offset
   */
  public static DosqlException relocate(DosqlException failure, String text, int start) {
    DosqlException.Position position = positionIn(text, start, failure.position());
    if (position != null) {
      int lineStart = 0;
      for (int line = 1; line < position.line(); line++) {
        lineStart = text.indexOf('\n', lineStart) + 1;
      }
      locate(failure, text, text.offsetByCodePoints(lineStart, position.column() - 1));
    }
    return failure;
  }

  /** Line and column, both from 1, of a character offset; null where there is none. */
  public static DosqlException.@Nullable Position position(String sql, int offset) {
    if (offset < 0 || offset > sql.length()) {
      return null;
    }
    int line = 1;
    int lineStart = 0;
    for (int i = 0; i < offset; i++) {
      if (sql.charAt(i) == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return new DosqlException.Position(
        line, sql.codePointCount(lineStart, Math.max(lineStart, offset)) + 1);
  }
}
