package io.dosql.engine.session;

import io.dosql.engine.tenant.SqlText;
import io.dosql.engine.tenant.TenantConnection;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a statement is, as far as its first words tell: which connection it needs, and whether it
 * opens or ends a transaction. Everything else is left to SQLite's own parser.
 */
sealed interface StatementKind {

  /** BEGIN in any form. */
  record Begin(Mode mode) implements StatementKind {
    enum Mode {
      DEFERRED,
      IMMEDIATE,
      READ_ONLY
    }
  }

  /** COMMIT or END. */
  record Commit() implements StatementKind {}

  /** ROLLBACK of everything, not TO a savepoint. */
  record Rollback() implements StatementKind {}

  /** SAVEPOINT, RELEASE or ROLLBACK TO. */
  record Savepoint(boolean opens) implements StatementKind {}

  /** PRAGMA foreign_keys = …: kept by the session. */
  record SetForeignKeys(boolean enforced) implements StatementKind {}

  /** VACUUM: needs a connection without a transaction. */
  record Vacuum() implements StatementKind {}

  /**
   * Reads only, or looks so; SQLite has the last word.
   *
   * @param certain false where the first word does not tell: WITH … INSERT, PRAGMA user_version = 1
   */
  record Read(boolean certain) implements StatementKind {}

  /**
   * Most likely writes.
   *
   * @param changesRows it is INSERT, UPDATE, DELETE or REPLACE
   */
  record Write(boolean changesRows) implements StatementKind {}

  /** The first words after white space, comments and stray semicolons. */
  static StatementKind of(String sql) {
    int start = SqlText.skipBlank(sql, 0);
    String keyword = SqlText.word(sql, start);
    return switch (keyword) {
      case "BEGIN" -> new Begin(mode(sql.substring(start)));
      case "COMMIT", "END" -> new Commit();
      case "ROLLBACK" ->
          ROLLBACK_TO.matcher(sql).region(start, sql.length()).lookingAt()
              ? new Savepoint(false)
              : new Rollback();
      case "SAVEPOINT" -> new Savepoint(true);
      case "RELEASE" -> new Savepoint(false);
      case "VACUUM" -> new Vacuum();
      case "PRAGMA" -> pragma(sql, start);
      case "SELECT", "VALUES", "EXPLAIN", "" -> new Read(true);
      case "WITH" -> new Read(false);
      case "INSERT", "UPDATE", "DELETE", "REPLACE" -> new Write(true);
      default -> new Write(false);
    };
  }

  private static StatementKind pragma(String sql, int start) {
    Optional<Boolean> foreignKeys = SqlText.foreignKeysSet(sql, start);
    if (foreignKeys.isPresent()) {
      return new SetForeignKeys(foreignKeys.get());
    }
    // It runs ANALYZE, though SQLite takes it for a statement that only reads.
    return SqlText.pragma(sql, start).filter("optimize"::equals).isPresent()
        ? new Write(false)
        : new Read(false);
  }

  private static Begin.Mode mode(String begin) {
    Matcher matcher = BEGIN.matcher(begin);
    if (!matcher.find()) {
      return Begin.Mode.DEFERRED;
    }
    if (matcher.group("readonly") != null) {
      return Begin.Mode.READ_ONLY;
    }
    return matcher.group("immediate") != null ? Begin.Mode.IMMEDIATE : Begin.Mode.DEFERRED;
  }

  /** Whether a BEGIN is written as nearly everybody writes it. */
  static boolean isPlainBegin(String sql) {
    return PLAIN_BEGIN.matcher(sql).matches();
  }

  /** A statement as SQLite knows it: of a BEGIN those words are made blank that are our own. */
  static String forSqlite(String sql) {
    if (!(of(sql) instanceof Begin)) {
      return sql;
    }
    Matcher matcher = OWN_WORDS.matcher(sql);
    return matcher.find() ? matcher.replaceFirst(" ".repeat(matcher.group().length())) : sql;
  }

  /** Where the statement that begins at or after {@code from} ends, a BEGIN of our own included. */
  static TenantConnection.Extent extent(TenantConnection connection, String script, int from) {
    int start = SqlText.skipBlank(script, from);
    return SqlText.word(script, start).equals("BEGIN")
        ? new TenantConnection.Extent(SqlText.endOfUnparsed(script, start), false)
        : connection.extentOfStatement(script, from);
  }

  Pattern PLAIN_BEGIN =
      Pattern.compile(
          "\\s*BEGIN(?:\\s+(?:IMMEDIATE|EXCLUSIVE|DEFERRED|CONCURRENT))?(?:\\s+TRANSACTION)?"
              + "(?:\\s+READ\\s*ONLY)?\\s*;?\\s*",
          Pattern.CASE_INSENSITIVE);

  Pattern OWN_WORDS =
      Pattern.compile("\\bREAD\\s*ONLY\\b|\\bCONCURRENT\\b", Pattern.CASE_INSENSITIVE);

  Pattern BEGIN =
      Pattern.compile(
          "^BEGIN\\b\\s*(?:(?<immediate>IMMEDIATE|EXCLUSIVE)\\b|(?:DEFERRED|CONCURRENT)\\b)?\\s*"
              + "(?:TRANSACTION\\b)?\\s*(?<readonly>READ\\s*ONLY\\b)?",
          Pattern.CASE_INSENSITIVE);

  Pattern ROLLBACK_TO =
      Pattern.compile("ROLLBACK\\s+(?:TRANSACTION\\s+)?TO\\b", Pattern.CASE_INSENSITIVE);
}
