package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.SqlTextException;
import org.jspecify.annotations.Nullable;

/**
 * The code of a failure as libSQL's clients know it: those of the protocol's other servers where
 * they have one, else SQLite's base name, else our own.
 */
final class ClientCode {

  private ClientCode() {}

  static String of(DosqlException failure) {
    if (failure.getCause() instanceof SqlTextException text) {
      return switch (text.problem()) {
        case NO_STATEMENT -> "SQL_NO_STATEMENT";
        case MANY_STATEMENTS -> "SQL_MANY_STATEMENTS";
        case NUL_CHARACTER -> "SQL_PARSE_ERROR";
      };
    }
    if (failure.code() == ErrorCode.SYNTAX_ERROR) {
      return "SQL_PARSE_ERROR";
    }
    @Nullable String sqliteCode = failure.sqliteCode();
    return sqliteCode == null ? failure.code().name() : sqliteCode;
  }
}
