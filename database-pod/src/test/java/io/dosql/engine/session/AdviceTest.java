package io.dosql.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.tenant.TestEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client is told of a statement that does not compile. */
class AdviceTest {

  /** Its transactions may take long. */
  private static final SessionOptions PATIENT =
      new SessionOptions(
          true, Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofMinutes(10));

  @TempDir Path folder;
  private TestEngine engine;
  private SqlSession session;

  @BeforeEach
  void start() throws Exception {
    engine = TestEngine.start(folder);
    session = open(SessionOptions.DEFAULT);
    run("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, email TEXT)");
    run("CREATE VIEW active AS SELECT id, name FROM users");
    run("CREATE INDEX users_by_name ON users (name)");
    run("CREATE TABLE other (amount INTEGER)");
  }

  @AfterEach
  void stop() throws Exception {
    session.close();
    engine.close();
  }

  private SqlSession open(SessionOptions options) {
    return new TenantSessions(engine.tenants(), engine.log()).open("main", options);
  }

  private void run(String sql) {
    run(session, sql);
  }

  private static void run(SqlSession session, String sql) {
    Outcome _ = session.execute(new SqlStatement(sql, Parameters.NONE), RowSink.NONE);
  }

  private DosqlException failure(String sql) {
    return catchThrowableOfType(DosqlException.class, () -> run(sql));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SELECT * FROM usres                          | users
          SELECT * FROM main.usres                     | users
          SELECT * FROM activ                          | active
          INSERT INTO uesrs VALUES (1, 'a', 'b')       | users
          SELECT nmae FROM users                       | name
          SELECT u.emial FROM users u                  | email
          INSERT INTO users (id, nmae) VALUES (1, 'a') | name
          SELECT count(*) AS total FROM users ORDER BY totel | total
          SELECT uper(name) FROM users                 | upper
          DROP INDEX users_by_nmae                     | users_by_name
          SELCT * FROM users                           | SELECT
          SELECT * FORM users                          | FROM
          SELECT name FORM users                       | FROM
          SELECT * FROM users WEHRE id = 1             | WHERE
          SELECT * FROM users ORDR BY id               | ORDER
          SELECT * FROM users GROPU BY id              | GROUP
          SELECT * FROM users GROUP BT id              | BY
          SELECT * FROM users WHERE id IJ (1)          | IN
          INSERT INTO users VALEUS (1, 'a', 'b')       | VALUES
          UPDATE users STE name = 'x'                  | SET
          CREATE TABEL x (a)                           | TABLE
          DELETE FORM users                            | FROM
          """)
  void whatIsMeantIsSuggested(String sql, String meant) {
    assertThat(failure(sql).suggestion()).isEqualTo("Did you mean '" + meant + "'?");
    assertThat(failure(sql).messageWithAlternative())
        .isEqualTo(failure(sql).getMessage() + ". Did you mean '" + meant + "'?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT * FROM something_else",
        "SELECT zzz FROM users",
        "SELECT amout FROM users",
        "SELECT qqq(1)",
        "SELECT load_extensio('x')",
        "SELECT * FROM sqlite_sequenc",
        "SELECT * FROM __dosql_restore",
        "SELECT 1 1",
        "SELECT * FROM users WHERE",
        "SELECT ((1)",
      })
  void nothingIsSuggestedWhereNothingFits(String sql) {
    DosqlException failure = failure(sql);
    assertThat(failure.suggestion()).isEqualTo(failure.code().suggestion());
    assertThat(failure.messageWithAlternative()).isEqualTo(failure.getMessage());
  }

  @Test
  void internalTablesAreNotSuggested() {
    run("CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT)");
    assertThat(failure("SELECT * FROM sqlite_sequenc").suggestion()).doesNotContain("Did you mean");
    assertThat(failure("SELECT * FROM sqlite_schem").suggestion()).doesNotContain("Did you mean");
  }

  @Test
  void anUncommittedTableIsKnownToItsTransactionOnly() {
    run("BEGIN IMMEDIATE");
    run("CREATE TABLE customers (id)");
    assertThat(failure("SELECT * FROM custmers").suggestion()).contains("'customers'");
    run("ROLLBACK");
    assertThat(failure("SELECT * FROM custmers").suggestion()).doesNotContain("customers");
  }

  @Test
  void theTransactionGoesOnAfterAdvice() {
    run("BEGIN IMMEDIATE");
    run("INSERT INTO users VALUES (1, 'a', 'b')");
    assertThat(failure("SELCT 1").code()).isEqualTo(ErrorCode.SYNTAX_ERROR);
    assertThat(failure("SELECT * FROM usres").code()).isEqualTo(ErrorCode.TABLE_NOT_FOUND);
    run("COMMIT");
    assertThat(Rows.of(session, "SELECT count(*) FROM users")).containsExactly(List.of(1L));
  }

  @Test
  void aSyntaxErrorIsShown() {
    DosqlException failure = failure("SELECT id,\n\tname\nFROM users\nWEHRE id = 1");
    assertThat(failure.code()).isEqualTo(ErrorCode.SYNTAX_ERROR);
    assertThat(failure.getMessage()).contains("\"id\"");
    assertThat(failure.position()).isEqualTo(new DosqlException.Position(4, 7));
    assertThat(failure.excerpt()).isEqualTo(new DosqlException.Excerpt("WEHRE id = 1", "      ^"));
  }

  @Test
  void anUnknownTableHasAPlace() {
    DosqlException failure = failure("SELECT *\nFROM usres -- usres\n");
    assertThat(failure.position()).isEqualTo(new DosqlException.Position(2, 6));
    assertThat(failure.excerpt())
        .isEqualTo(new DosqlException.Excerpt("FROM usres -- usres", "     ^"));
  }

  @Test
  void anIncompleteStatementIsShownAtItsEnd() {
    DosqlException failure = failure("SELECT (1 + ");
    assertThat(failure.code()).isEqualTo(ErrorCode.SYNTAX_ERROR);
    assertThat(failure.excerpt())
        .isEqualTo(new DosqlException.Excerpt("SELECT (1 + ", "           ^"));
  }

  @Test
  void aMisspeltPragmaIsNotTriedOut() {
    assertThat(failure("PRAMGA user_version = 9").suggestion()).doesNotContain("Did you mean");
    assertThat(Rows.of(session, "PRAGMA user_version")).containsExactly(List.of(0L));
  }

  @Test
  void adviceOverAThousandTablesIsGivenForAStatementOfUsualLength() {
    try (SqlSession patient = open(PATIENT)) {
      run(patient, "BEGIN IMMEDIATE");
      for (int i = 0; i < 1_000; i++) {
        run(patient, "CREATE TABLE thing_number_" + i + " (a)");
      }
      run(patient, "COMMIT");
    }
    String tooLong =
        "SELECT * FROM thing_numbr_7 WHERE a IN ("
            + IntStream.range(0, 30_000)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(","))
            + ")";
    assertThat(failure("SELECT * FROM thing_numbr_7").suggestion()).contains("'thing_number_7'");
    assertThat(failure(tooLong).suggestion()).doesNotContain("Did you mean");
  }
}
