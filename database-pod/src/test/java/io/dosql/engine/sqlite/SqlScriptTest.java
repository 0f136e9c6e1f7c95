package io.dosql.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Scripts are split where SQLite's parser ends a statement, and nowhere else. */
class SqlScriptTest {

  private SqliteConnection sqlite;

  @BeforeEach
  void open() {
    sqlite = SqliteConnection.openInMemory();
    sqlite.execute("CREATE TABLE t (v)");
  }

  @AfterEach
  void close() {
    sqlite.close();
  }

  private List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    try (SqlScript script = sqlite.script(text)) {
      Optional<SqlScript.Statement> next = script.next();
      while (next.isPresent()) {
        SqlScript.Statement found = next.get();
        String part = text.substring(found.start(), found.end());
        assertThat(found.statement().sql()).isEqualTo(part);
        assertThat(script.statementStart()).isEqualTo(found.start());
        assertThat(script.tail()).isEqualTo(text.substring(found.end()));
        parts.add(part);
        try (SqliteStatement statement = found.statement()) {
          while (statement.step()) {
            assertThat(statement.columnCount()).isPositive();
          }
        }
        next = script.next();
      }
      assertThat(script.next()).isEmpty();
    }
    return parts;
  }

  static Stream<Arguments> scripts() {
    String trigger =
        "CREATE TRIGGER a AFTER INSERT ON t BEGIN SELECT ';'; SELECT CASE 1 WHEN 1 THEN 2 END; END;";
    return Stream.of(
        Arguments.of("", List.of()),
        Arguments.of(" \t\r\n\f ", List.of()),
        Arguments.of(";;; ;", List.of()),
        Arguments.of("-- only", List.of()),
        Arguments.of("/* only */", List.of()),
        Arguments.of("/* not closed; SELECT 1;", List.of()),
        Arguments.of("/**/ /***/ /*/*/", List.of()),
        Arguments.of("SELECT 1", List.of("SELECT 1")),
        Arguments.of("SELECT 1;SELECT 2", List.of("SELECT 1;", "SELECT 2")),
        Arguments.of(";SELECT 1;;SELECT 2;;", List.of("SELECT 1;", "SELECT 2;")),
        Arguments.of("SELECT ';--';", List.of("SELECT ';--';")),
        Arguments.of("SELECT 'it''s;';", List.of("SELECT 'it''s;';")),
        Arguments.of("SELECT 1 AS \";\";", List.of("SELECT 1 AS \";\";")),
        Arguments.of("SELECT 1 AS [;];SELECT 2", List.of("SELECT 1 AS [;];", "SELECT 2")),
        Arguments.of("SELECT 1 AS `;`;", List.of("SELECT 1 AS `;`;")),
        Arguments.of("SELECT 1 -- ; x\n;SELECT 2", List.of("SELECT 1 -- ; x\n;", "SELECT 2")),
        Arguments.of("SELECT 1 /* ; */;", List.of("SELECT 1 /* ; */;")),
        Arguments.of("-- a\n/* b; */ SELECT 1 -- c", List.of("SELECT 1 -- c")),
        Arguments.of("\uFEFFSELECT 1;\uFEFF SELECT 2", List.of("SELECT 1;", "SELECT 2")),
        Arguments.of(trigger + "SELECT 3", List.of(trigger, "SELECT 3")),
        Arguments.of("BEGIN; END; SELECT 1", List.of("BEGIN;", "END;", "SELECT 1")),
        Arguments.of("SELECT 'ü€😀'; SELECT '😀'", List.of("SELECT 'ü€😀';", "SELECT '😀'")),
        Arguments.of(
            "SELECT 'a\r\nb';\r\nSELECT 2\r\n", List.of("SELECT 'a\r\nb';", "SELECT 2\r\n")),
        Arguments.of(
            "CREATE TABLE n (v);INSERT INTO n VALUES(1);SELECT v FROM n",
            List.of("CREATE TABLE n (v);", "INSERT INTO n VALUES(1);", "SELECT v FROM n")));
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void itIsSplitByTheParser(String text, List<String> statements) {
    assertThat(split(text)).isEqualTo(statements);
  }

  @Test
  void anErrorIsPlacedInTheWholeScriptAndTheSameStatementIsTriedAgain() {
    String text = "SELECT 'ü😀';\n SELECT nowhere;";
    try (SqlScript script = sqlite.script(text)) {
      assertThat(script.next()).isPresent();
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(script::next)
            .isInstanceOfSatisfying(
                SqliteException.class,
                failure -> {
                  int at = text.indexOf("nowhere");
                  assertThat(failure.charOffset()).hasValue(at);
                  assertThat(failure.byteOffset())
                      .hasValue(text.substring(0, at).getBytes(StandardCharsets.UTF_8).length);
                });
        assertThat(script.statementStart()).isEqualTo(text.indexOf("SELECT nowhere"));
      }
      sqlite.execute("CREATE TABLE unrelated (v)");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 'open",
        "SELECT \"open",
        "SELECT 1 WHERE (",
        "CREATE TRIGGER a AFTER INSERT ON t BEGIN SELECT 1;",
        "/",
        "/*",
        "-",
        "SELECT 1; \u000b",
        "SELECT 1; x"
      })
  void whatIsNoStatementIsAnErrorAndNeverAnEndlessLoop(String text) {
    try (SqlScript script = sqlite.script(text)) {
      assertThatThrownBy(
              () -> {
                while (script.next().isPresent()) {
                  assertThat(script.tail().length()).isLessThan(text.length());
                }
              })
          .isInstanceOf(SqliteException.class);
    }
  }

  @Test
  void aFailureWhileAStatementRunsIsPlacedWhereTheStatementIs() {
    String text = "SELECT 1;  SELECT abs(-9223372036854775807 - 1)";
    try (SqlScript script = sqlite.script(text)) {
      assertThat(script.next()).isPresent();
      SqliteStatement failing = script.next().orElseThrow().statement();
      assertThatThrownBy(failing::step).hasMessage("integer overflow");
    }
  }

  @Test
  void statementsOutliveTheirScript() {
    SqlScript script = sqlite.script("SELECT 7; SELECT 8");
    SqliteStatement statement = script.next().orElseThrow().statement();
    script.close();
    script.close();
    assertThat(statement.step()).isTrue();
    assertThat(statement.integer(0)).isEqualTo(7);
    assertThatThrownBy(script::next).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aLongScriptTakesTimeInProportion() {
    int statements = 20_000;
    String text = "INSERT INTO t VALUES ('é;');\n".repeat(statements);
    assertThat(split(text.substring(0, text.length() / 1000))).isNotEmpty();
    sqlite.execute("DELETE FROM t; BEGIN");
    sqlite.execute(text);
    sqlite.execute("COMMIT");
    try (SqliteStatement count = sqlite.prepare("SELECT count(*) FROM t")) {
      assertThat(count.step()).isTrue();
      assertThat(count.integer(0)).isEqualTo(statements);
    }
  }
}
