package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.SqlTextException;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteException;
import io.dosql.engine.sqlite.SqliteLibrary;
import io.dosql.engine.sqlite.SqliteStatement;
import io.dosql.engine.sqlite.Value;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Guesses what the writer of a statement that did not compile has meant, by the tenant's schema as
 * the same connection sees it, and says where a name is that SQLite says no place of. Runs only
 * after a failure, within the statement's limits of time and memory.
 */
final class SqlAdvice {

  /** Of longer statements nothing is guessed. */
  private static final int SQL_CHARS_MAX = 64 << 10;

  /** Names of one kind that are compared. */
  private static final int NAMES_MAX = 2_000;

  /** Tables of the statement whose columns are read. */
  private static final int TABLES_MAX = 16;

  /** Words before the place of a syntax error, that one included, which may be misspelt. */
  private static final int WORDS_BACK = 3;

  private static final int KEYWORDS_PER_WORD = 3;

  private static final String TABLES =
      """
      SELECT name FROM pragma_table_list
      WHERE schema = 'main' AND type IN ('table', 'view', 'virtual')
        AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_\\_dosql\\_%' ESCAPE '\\'
      ORDER BY name LIMIT ?""";

  private static final String COLUMNS = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1";

  private static final String OBJECTS =
      """
      SELECT name FROM main.sqlite_schema
      WHERE type = ? AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        AND name NOT LIKE '\\_\\_dosql\\_%' ESCAPE '\\'
      LIMIT ?""";

  private static final String FUNCTIONS =
      "SELECT DISTINCT name FROM pragma_function_list ORDER BY name LIMIT ?";

  private static final Pattern NO_SUCH_TABLE = Pattern.compile("no such (?:table|view): (.+)");
  private static final Pattern NO_SUCH_COLUMN =
      Pattern.compile("no such column: \"?(.+?)\"?(?: - should this be .*)?");
  private static final Pattern NO_COLUMN_NAMED =
      Pattern.compile("table (.+) has no column named (.+)");
  private static final Pattern NO_SUCH_FUNCTION = Pattern.compile("no such function: (.+)");
  private static final Pattern NO_SUCH_OBJECT = Pattern.compile("no such (index|trigger): (.+)");
  private static final Pattern FUNCTION_NAME = Pattern.compile("[a-z][a-z0-9_]*");

  /** Compiles SQL as the client's own; throws what SQLite says of it. */
  interface Trial {
    void compile(String sql);
  }

  private final SqliteConnection sqlite;
  private final Trial trial;
  private final String sql;
  private final List<SqlToken> tokens;

  private SqlAdvice(SqliteConnection sqlite, Trial trial, String sql) {
    this.sqlite = sqlite;
    this.trial = trial;
    this.sql = sql;
    this.tokens = SqlToken.of(sql);
  }

  /**
   * Adds to {@code failure} what can be found out.
   *
   * @param cause what SQLite said of {@code sql}
   * @param sqlite the connection that said it; a trial must leave it as it was
   */
  static void add(
      DosqlException failure,
      SqliteException cause,
      String sql,
      SqliteConnection sqlite,
      Trial trial) {
    if (sql.length() > SQL_CHARS_MAX || cause instanceof SqlTextException) {
      return;
    }
    try {
      new SqlAdvice(sqlite, trial, sql).add(failure, cause);
    } catch (SqliteException adviceFailed) {
      // The failure that the client is told of stands without advice, too.
      failure.addSuppressed(adviceFailed);
    }
  }

  private void add(DosqlException failure, SqliteException cause) {
    String message = failure.getMessage();
    if (failure.code() == ErrorCode.SYNTAX_ERROR) {
      int offset = cause.charOffset().orElse(-1);
      if (offset < 0 && message.startsWith("incomplete input")) {
        offset = sql.stripTrailing().length();
        SqlFailures.locate(failure, sql, offset);
      }
      keyword(offset).ifPresent(failure::withAlternative);
      return;
    }
    Matcher table = NO_SUCH_TABLE.matcher(message);
    if (table.matches()) {
      name(failure, withoutSchema(table.group(1)), tables());
      return;
    }
    Matcher named = NO_COLUMN_NAMED.matcher(message);
    if (named.matches()) {
      name(failure, named.group(2), columns(List.of(named.group(1))));
      return;
    }
    Matcher column = NO_SUCH_COLUMN.matcher(message);
    if (column.matches()) {
      String name = column.group(1);
      name(failure, name.substring(name.lastIndexOf('.') + 1), columnsOfStatement());
      return;
    }
    Matcher function = NO_SUCH_FUNCTION.matcher(message);
    if (function.matches()) {
      name(failure, function.group(1), functions());
      return;
    }
    Matcher object = NO_SUCH_OBJECT.matcher(message);
    if (object.matches()) {
      name(failure, withoutSchema(object.group(2)), objects(object.group(1)));
    }
  }

  /** A name that is not there: where it is written, and which one is meant. */
  private void name(DosqlException failure, String name, Set<String> known) {
    if (failure.position() == null) {
      tokens.stream()
          .filter(token -> token.isName() && token.name().equalsIgnoreCase(name))
          .findFirst()
          .ifPresent(token -> SqlFailures.locate(failure, sql, token.start()));
    }
    Spelling.nearest(name, known).ifPresent(failure::withAlternative);
  }

  private static String withoutSchema(String name) {
    return name.startsWith("main.") ? name.substring("main.".length()) : name;
  }

  // ---- What is there

  private Set<String> tables() {
    return names(TABLES, statement -> statement.bindInteger(1, NAMES_MAX));
  }

  private Set<String> objects(String type) {
    return names(
        OBJECTS,
        statement -> {
          statement.bindText(1, type);
          statement.bindInteger(2, NAMES_MAX);
        });
  }

  private Set<String> functions() {
    return names(FUNCTIONS, statement -> statement.bindInteger(1, NAMES_MAX)).stream()
        .filter(name -> FUNCTION_NAME.matcher(name).matches() && !SqlPolicy.deniesFunction(name))
        .collect(Collectors.toSet());
  }

  /** Of the tables that the statement names, and what it calls its own results. */
  private Set<String> columnsOfStatement() {
    Set<String> lower =
        tokens.stream()
            .filter(SqlToken::isName)
            .map(token -> token.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet());
    List<String> named =
        tables().stream()
            .filter(table -> lower.contains(table.toLowerCase(Locale.ROOT)))
            .limit(TABLES_MAX)
            .toList();
    Set<String> columns = columns(named);
    for (int i = 1; i < tokens.size(); i++) {
      if (tokens.get(i - 1).is("AS") && tokens.get(i).isName()) {
        columns.add(tokens.get(i).name());
      }
    }
    return columns;
  }

  private Set<String> columns(List<String> tables) {
    Set<String> columns = new LinkedHashSet<>();
    for (String table : tables) {
      columns.addAll(names(COLUMNS, statement -> statement.bind(1, new Value.Text(table))));
    }
    return columns;
  }

  private Set<String> names(String query, Consumer<SqliteStatement> binding) {
    Set<String> names = new LinkedHashSet<>();
    try (SqliteStatement statement = sqlite.prepare(query)) {
      binding.accept(statement);
      while (names.size() < NAMES_MAX && statement.step()) {
        names.add(statement.text(0));
      }
    }
    return names;
  }

  // ---- Keywords

  /**
   * The keyword that makes the parser get further when it stands in place of a word at, or shortly
   * before, the error: a misspelt one is often taken for a name, and the word behind it for wrong.
   */
  private Optional<String> keyword(int offset) {
    if (offset < 0 || mightSetSomething()) {
      return Optional.empty();
    }
    List<String> keywords = SqliteLibrary.get().keywords();
    for (SqlToken word : wordsBefore(offset, Set.copyOf(keywords))) {
      for (String keyword : Spelling.nearest(word.name(), keywords, KEYWORDS_PER_WORD, 1)) {
        if (getsFurther(word, keyword, offset)) {
          return Optional.of(keyword);
        }
      }
    }
    return Optional.empty();
  }

  /** A pragma does what it does while it is compiled. */
  private boolean mightSetSomething() {
    return tokens.stream()
        .filter(SqlToken::isWord)
        .limit(WORDS_BACK + 1L)
        .anyMatch(
            word ->
                word.is("PRAGMA") || Spelling.nearest(word.name(), List.of("PRAGMA")).isPresent());
  }

  private List<SqlToken> wordsBefore(int offset, Set<String> keywords) {
    List<SqlToken> words = new ArrayList<>();
    for (int i = tokens.size() - 1; i >= 0 && words.size() < WORDS_BACK; i--) {
      SqlToken token = tokens.get(i);
      if (token.start() <= offset
          && token.isWord()
          && !keywords.contains(token.name().toUpperCase(Locale.ROOT))) {
        words.add(token);
      }
    }
    return words;
  }

  private boolean getsFurther(SqlToken word, String keyword, int offset) {
    String changed = sql.substring(0, word.start()) + keyword + sql.substring(word.end());
    try {
      trial.compile(changed);
      return true;
    } catch (SqlTextException behind) {
      return true;
    } catch (SqliteException failure) {
      @Nullable String message = failure.getMessage();
      if (message == null || !message.contains("syntax error")) {
        // The parser is content; what it complains of now comes after that.
        return message != null && !message.startsWith("unrecognized token");
      }
      int moved = keyword.length() - (word.end() - word.start());
      return failure.charOffset().orElse(-1) > offset + Math.max(0, moved);
    }
  }
}
