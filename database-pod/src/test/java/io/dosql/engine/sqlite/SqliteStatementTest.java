package io.dosql.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteStatementTest {

  private SqliteConnection sqlite;

  @BeforeEach
  void open() {
    sqlite = SqliteConnection.openInMemory();
    sqlite.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT UNIQUE)");
  }

  @AfterEach
  void close() {
    sqlite.close();
  }

  private long count() {
    try (SqliteStatement count = sqlite.prepare("SELECT count(*) FROM t")) {
      assertThat(count.step()).isTrue();
      return count.integer(0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"SELECT 1", "SELECT 1;", "SELECT 1 ; ;; -- end\n /* end */ ;", "SELECT 1--"})
  void aTextOfOneStatementIsPrepared(String sql) {
    try (SqliteStatement statement = sqlite.prepare(sql)) {
      assertThat(statement.sql()).isEqualTo(sql);
      assertThat(statement.step()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ";", "-- only a comment", "/* a comment */", "/* not closed"})
  void aTextOfNoStatementIsRefused(String sql) {
    assertThatThrownBy(() -> sqlite.prepare(sql))
        .isInstanceOfSatisfying(
            SqlTextException.class,
            failure ->
                assertThat(failure.problem()).isEqualTo(SqlTextException.Problem.NO_STATEMENT));
  }

  @Test
  void aSecondStatementIsRefusedAndShown() {
    String sql = "SELECT 'ü;' ; /* ; */ -- ;\n DELETE FROM t";
    assertThatThrownBy(() -> sqlite.prepare(sql))
        .isInstanceOfSatisfying(
            SqlTextException.class,
            failure -> {
              assertThat(failure.problem()).isEqualTo(SqlTextException.Problem.MANY_STATEMENTS);
              assertThat(failure.charOffset()).hasValue(sql.indexOf("DELETE"));
            });
  }

  @Test
  void aNulCharacterIsRefusedAndShown() {
    assertThatThrownBy(() -> sqlite.prepare("SELECT 'ü\u0000'"))
        .isInstanceOfSatisfying(
            SqlTextException.class,
            failure -> {
              assertThat(failure.problem()).isEqualTo(SqlTextException.Problem.NUL_CHARACTER);
              assertThat(failure.charOffset()).hasValue(9);
              assertThat(failure.byteOffset()).hasValue(10);
            });
    assertThatThrownBy(() -> sqlite.script("SELECT 1;\u0000")).isInstanceOf(SqlTextException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 'unterminated",
        "SELECT \"unterminated",
        "SELECT [unterminated",
        "SELECT (1",
        "SELECT 1 +",
        "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1;",
        "SELECT x'1",
        "SELECT 1 WHERE",
        "\u00a0SELECT 1",
        "SELECT ?99999999"
      })
  void whatDoesNotCompileIsAnErrorAndLeavesTheConnectionUsable(String sql) {
    assertThatThrownBy(() -> sqlite.prepare(sql))
        .isInstanceOfSatisfying(
            SqliteException.class,
            failure -> assertThat(failure.baseName()).isEqualTo("SQLITE_ERROR"));
    assertThat(count()).isZero();
  }

  @Test
  void statementsOfAnyLengthCompile() {
    for (int length : new int[] {1_000, 1_024, 16_000, 16_384, 20_000, 500_000}) {
      String sql = "SELECT '" + "é".repeat(length) + "'";
      try (SqliteStatement statement = sqlite.prepare(sql)) {
        assertThat(statement.step()).isTrue();
        assertThat(statement.text(0)).hasSize(length);
      }
    }
  }

  @Test
  void aStatementRunsAgainOnlyAfterAReset() {
    try (SqliteStatement insert = sqlite.preparePersistent("INSERT INTO t (v) VALUES (?)")) {
      insert.bindText(1, "a");
      assertThat(insert.step()).isFalse();
      assertThatThrownBy(insert::step).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> insert.bindText(1, "b"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("reset it");
      assertThatThrownBy(insert::clearBindings).isInstanceOf(IllegalStateException.class);
      insert.reset();
      insert.reset();
      insert.bindText(1, "b");
      assertThat(insert.step()).isFalse();
    }
    assertThat(count()).isEqualTo(2);
  }

  @Test
  void aFailedStatementCanBeResetAndRunAgain() {
    sqlite.execute("INSERT INTO t (v) VALUES ('a')");
    try (SqliteStatement insert = sqlite.prepare("INSERT INTO t (v) VALUES (?)")) {
      insert.bindText(1, "a");
      assertThatThrownBy(insert::step).hasMessageContaining("UNIQUE");
      assertThatThrownBy(insert::step).isInstanceOf(IllegalStateException.class);
      insert.reset();
      insert.bindText(1, "b");
      assertThat(insert.step()).isFalse();
    }
    assertThat(count()).isEqualTo(2);
  }

  @Test
  void columnsAreReadOnlyOnARow() {
    try (SqliteStatement select = sqlite.prepare("SELECT 1")) {
      assertThatThrownBy(() -> select.integer(0)).isInstanceOf(IllegalStateException.class);
      assertThat(select.step()).isTrue();
      assertThat(select.integer(0)).isEqualTo(1);
      assertThatThrownBy(() -> select.integer(1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> select.text(-1)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(select.step()).isFalse();
      assertThatThrownBy(() -> select.type(0)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> select.blob(0)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> select.real(0)).isInstanceOf(IllegalStateException.class);
    }
    assertThat(count()).isZero();
  }

  @Test
  void parametersHaveNamesAndNumbers() {
    try (SqliteStatement s = sqlite.prepare("SELECT ?, :name, @at, $dollar, ?7, :name")) {
      assertThat(s.parameterCount()).isEqualTo(7);
      assertThat(s.parameterName(1)).isEmpty();
      assertThat(s.parameterName(2)).hasValue(":name");
      assertThat(s.parameterName(7)).hasValue("?7");
      assertThat(s.parameterName(99)).isEmpty();
      assertThat(s.parameterIndex("@at")).hasValue(3);
      assertThat(s.parameterIndex("$dollar")).hasValue(4);
      assertThat(s.parameterIndex("name")).isEmpty();
      assertThat(s.parameterIndex(":name\u0000x")).isEmpty();
      assertThat(s.parameterIndex("x".repeat(50_000))).isEmpty();
    }
  }

  @Test
  void columnsHaveNamesAndDeclaredTypes() {
    try (SqliteStatement s = sqlite.prepare("SELECT id, v AS \"ü 😀\", 1 + 1 FROM t")) {
      assertThat(s.columns())
          .containsExactly(
              new Column("id", "INTEGER"), new Column("ü 😀", "TEXT"), new Column("1 + 1", null));
      assertThat(s.columnCount()).isEqualTo(3);
    }
    try (SqliteStatement s = sqlite.prepare("DELETE FROM t")) {
      assertThat(s.columns()).isEmpty();
    }
  }

  @Test
  void columnsFollowAChangeOfTheSchema() {
    try (SqliteStatement s = sqlite.prepare("SELECT * FROM t")) {
      assertThat(s.columns()).hasSize(2);
      sqlite.execute("ALTER TABLE t ADD COLUMN w; INSERT INTO t VALUES (1, 'a', 'b')");
      assertThat(s.step()).isTrue();
      assertThat(s.columns()).extracting(Column::name).containsExactly("id", "v", "w");
      assertThat(s.columnCount()).isEqualTo(3);
      assertThat(s.text(2)).isEqualTo("b");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT 1 | true | 0",
        "INSERT INTO t VALUES (1, 'x') | false | 0",
        "BEGIN | true | 0",
        "EXPLAIN SELECT 1 | true | 1",
        "EXPLAIN QUERY PLAN DELETE FROM t | true | 2",
        "WITH x AS (SELECT 1) DELETE FROM t | false | 0",
        "PRAGMA user_version = 1 | false | 0"
      })
  void aStatementTellsWhatItIs(String sql, boolean readOnly, int explain) {
    try (SqliteStatement statement = sqlite.prepare(sql)) {
      assertThat(statement.explainMode()).isEqualTo(explain);
      if (explain == 0) {
        assertThat(statement.isReadOnly()).isEqualTo(readOnly);
      }
    }
  }

  @Test
  void countersCountAndStartAgain() {
    sqlite.execute("INSERT INTO t (v) VALUES ('a'), ('b'), ('c')");
    try (SqliteStatement scan = sqlite.prepare("SELECT id FROM t WHERE v <> ''")) {
      while (scan.step()) {
        assertThat(scan.integer(0)).isPositive();
      }
      assertThat(scan.status(StatementCounter.FULL_SCAN_STEPS, true)).isEqualTo(2);
      assertThat(scan.status(StatementCounter.FULL_SCAN_STEPS, false)).isZero();
      assertThat(scan.status(StatementCounter.RUNS, false)).isEqualTo(1);
      assertThat(scan.status(StatementCounter.MEMORY_USED, false)).isPositive();
    }
  }

  @Test
  void resettingAHalfReadWriteKeepsItAndAbortingUndoesIt() {
    String sql = "INSERT INTO t (v) VALUES ('a'), ('b') RETURNING id";
    try (SqliteStatement insert = sqlite.prepare(sql)) {
      assertThat(insert.step()).isTrue();
      insert.abort();
      assertThat(sqlite.isAutocommit()).isTrue();
      assertThat(count()).isZero();
      insert.reset();
      assertThat(insert.step()).isTrue();
      insert.reset();
      assertThat(count()).isEqualTo(2);
    }
  }

  @Test
  void abortingTheLastRowUndoesTheWriteToo() {
    try (SqliteStatement insert = sqlite.prepare("INSERT INTO t (v) VALUES ('a') RETURNING id")) {
      assertThat(insert.step()).isTrue();
      insert.abort();
    }
    assertThat(count()).isZero();
    sqlite.execute("INSERT INTO t (v) VALUES ('a')");
    assertThat(count()).isEqualTo(1);
  }

  @Test
  void abortingAWriteRollsItsTransactionBack() {
    sqlite.execute("BEGIN; INSERT INTO t (v) VALUES ('before')");
    try (SqliteStatement insert = sqlite.prepare("INSERT INTO t (v) VALUES ('a') RETURNING id")) {
      assertThat(insert.step()).isTrue();
      insert.abort();
    }
    assertThat(sqlite.isAutocommit()).isTrue();
    assertThat(count()).isZero();
  }

  @Test
  void abortingAReadLeavesItsTransactionAlone() {
    sqlite.execute("INSERT INTO t (v) VALUES ('a'), ('b'); BEGIN; DELETE FROM t WHERE v = 'a'");
    try (SqliteStatement select = sqlite.prepare("SELECT * FROM t")) {
      select.abort();
      select.reset();
      assertThat(select.step()).isTrue();
      select.abort();
      assertThatThrownBy(select::step).isInstanceOf(IllegalStateException.class);
    }
    assertThat(sqlite.isAutocommit()).isFalse();
    assertThat(count()).isEqualTo(1);
  }

  @Test
  void closingTwiceIsHarmlessAndUseAfterwardsIsNot() {
    SqliteStatement statement = sqlite.prepare("SELECT 1");
    assertThat(statement.step()).isTrue();
    statement.close();
    statement.close();
    List<Runnable> uses =
        List.of(
            () -> statement.step(),
            statement::reset,
            statement::abort,
            statement::columns,
            statement::parameterCount,
            () -> statement.bindInteger(1, 1),
            () -> statement.integer(0),
            () -> statement.status(StatementCounter.RUNS, false),
            statement::isReadOnly);
    for (Runnable use : uses) {
      assertThatThrownBy(use::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the statement is closed");
    }
  }
}
