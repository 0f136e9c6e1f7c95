package io.dosql.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.migration.Migration;
import io.dosql.engine.migration.TenantMigrator;
import io.dosql.engine.sqlite.Capability;
import io.dosql.engine.sqlite.SqliteLibrary;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.TestEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SQL that would get out of its tenant, or at what the engine relies on. */
class HostileSqlTest {

  @TempDir Path folder;
  private TestEngine engine;
  private SqlSession session;

  @BeforeEach
  void start() throws Exception {
    engine = TestEngine.start(folder);
    Tenant tenant = engine.tenants().get(TenantName.MAIN);
    assertThat(
            new TenantMigrator(Clock.systemUTC())
                .run(tenant, List.of(new Migration("1_t", "CREATE TABLE t (v)")))
                .failure())
        .isNull();
    session =
        new TenantSessions(engine.tenants(), engine.log()).open("main", SessionOptions.DEFAULT);
  }

  @AfterEach
  void stop() throws Exception {
    session.close();
    engine.close();
  }

  private void run(String sql) {
    session.execute(new SqlStatement(sql, Parameters.NONE), RowSink.NONE);
  }

  private void assertForbidden(String sql) {
    assertThatThrownBy(() -> run(sql))
        .isInstanceOfSatisfying(
            DosqlException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.FORBIDDEN));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PRAGMA journal_mode = DELETE",
        "PRAGMA main.journal_mode(DELETE)",
        "PRAGMA \"journal_mode\" = OFF",
        "pragma/**/JOURNAL_MODE=memory",
        "PRAGMA synchronous = 3",
        "PRAGMA wal_autocheckpoint = 1",
        "PRAGMA wal_checkpoint",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "PRAGMA locking_mode = EXCLUSIVE",
        "PRAGMA page_size = 512",
        "PRAGMA mmap_size = 1000000",
        "PRAGMA writable_schema = ON",
        "PRAGMA schema_version = 7",
        "PRAGMA main.schema_version = 7",
        "PRAGMA journal_size_limit = 0",
        "PRAGMA cache_size = 1000000",
        "PRAGMA max_page_count = 2",
        "PRAGMA auto_vacuum = FULL",
        "PRAGMA encoding = 'UTF-16'",
        "PRAGMA temp_store = FILE",
        "PRAGMA temp_store_directory = '/tmp'",
        "PRAGMA trusted_schema = ON",
        "PRAGMA hard_heap_limit = 1",
        "PRAGMA threads = 8",
        "PRAGMA query_only = ON",
        "PRAGMA case_sensitive_like = ON",
        "ATTACH 'x.db' AS x",
        "ATTACH DATABASE ':memory:' AS x",
        "ATTACH ('x' || '.db') AS x",
        "DETACH main",
        "VACUUM INTO 'x.db'",
        "VACUUM main INTO 'x.db'",
        "VACUUM INTO ('x' || '.db')",
        "SELECT load_extension('x')",
        "SELECT load_extension('x', 'y')",
        "CREATE TEMP TABLE x (a)",
        "CREATE TEMPORARY VIEW x AS SELECT 1",
        "CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE x USING dbstat",
        "UPDATE sqlite_dbpage SET data = zeroblob(4096) WHERE pgno = 1",
        "INSERT INTO __dosql_migrations VALUES ('9_x', '', '', 0, 1)",
        "DELETE FROM __dosql_migrations",
        "UPDATE \"__DOSQL_migrations\" SET checksum = ''",
        "DROP TABLE __dosql_migrations",
        "ALTER TABLE __dosql_migrations RENAME TO x",
        "ALTER TABLE __dosql_migrations ADD COLUMN x",
        "ALTER TABLE t RENAME TO __dosql_restores",
        "ALTER TABLE t RENAME TO [__DOSQL_restores]",
        "CREATE TABLE __dosql_restores (a)",
        "CREATE VIEW __dosql_restores AS SELECT 1",
        "CREATE INDEX x ON __dosql_migrations (checksum)",
        "CREATE TRIGGER x AFTER INSERT ON __dosql_migrations BEGIN DELETE FROM t; END",
        "CREATE VIRTUAL TABLE __dosql_x USING fts5 (a)",
      })
  void itIsForbidden(String sql) throws Exception {
    assertForbidden(sql);
    assertThat(Rows.of(session, "PRAGMA journal_mode")).containsExactly(List.of("wal"));
    try (Stream<Path> files = Files.walk(Path.of("").toAbsolutePath(), 1)) {
      assertThat(files.filter(file -> file.endsWith("x.db"))).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO sqlite_schema VALUES ('table', 'x', 'x', 0, '')",
        "UPDATE sqlite_schema SET sql = ''",
        "DELETE FROM sqlite_master",
      })
  void theSchemaTableCannotBeWritten(String sql) {
    assertThatThrownBy(() -> run(sql)).isInstanceOf(DosqlException.class);
    assertThat(Rows.of(session, "SELECT count(*) FROM t")).containsExactly(List.of(0L));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "VACUUM",
        "PRAGMA table_info(t)",
        "PRAGMA schema_version",
        "PRAGMA journal_mode",
        "PRAGMA user_version = 3",
        "PRAGMA optimize",
        "PRAGMA integrity_check",
        "SELECT id FROM __dosql_migrations",
        "ANALYZE",
        "REINDEX",
        "ALTER TABLE t RENAME COLUMN v TO w",
        "CREATE VIEW w AS SELECT * FROM t",
      })
  void itIsAllowed(String sql) {
    run(sql);
    session.settle();
  }

  static Stream<IntFunction<String>> deepSql() {
    return Stream.of(
        n -> nested("SELECT ", "(", n, "1", ")"),
        n -> nested("SELECT ", "(-", n, "1", ")"),
        n -> nested("SELECT ", "NOT ", n, "1", ""),
        n -> nested("SELECT 1", "+1", n, "", ""),
        n -> nested("SELECT 1", "||1", n, "", ""),
        n -> nested("SELECT * FROM ", "(SELECT * FROM ", n, "t", ")"),
        n -> nested("SELECT * FROM ", "(SELECT v, count(*) FROM ", n, "t", " GROUP BY v LIMIT 1)"),
        n -> nested("INSERT INTO t SELECT * FROM ", "(SELECT * FROM ", n, "t", ")"),
        n -> nested("SELECT * FROM ", "(", n, "t", ")"),
        n -> nested("SELECT ", "(SELECT ", n, "1", ")"),
        n -> nested("SELECT ", "abs(", n, "1", ")"),
        n -> nested("SELECT ", "CASE WHEN 1 THEN ", n, "1", " END"),
        n -> nested("SELECT 1 ", "UNION SELECT 1 ", n, "", ""),
        n -> nested("SELECT * FROM t WHERE v = 1", " AND v = 1", n, "", ""),
        n -> nested("SELECT * FROM t WHERE v IN ", "(SELECT v FROM t WHERE v IN ", n, "(1)", ")"),
        n ->
            nested(
                "WITH ", "a AS (WITH ", n, "b AS (SELECT 1) SELECT * FROM b", ") SELECT * FROM a"),
        n -> nested("SELECT json('", "[", n, "", "]") + "')",
        n -> nested("SELECT 'a' LIKE '", "%a", n, "", "") + "'");
  }

  private static String nested(String before, String open, int depth, String inner, String close) {
    return before + open.repeat(depth) + inner + close.repeat(depth);
  }

  /** Each must be answered, by an error or a row; the stack of a native thread is small. */
  @ParameterizedTest
  @MethodSource("deepSql")
  void deepNestingDoesNotEndTheProcess(IntFunction<String> sql) {
    for (int depth : new int[] {90, 400, 990, 2_400, 20_000}) {
      try {
        run(sql.apply(depth));
      } catch (DosqlException refused) {
        assertThat(refused.code()).isNotEqualTo(ErrorCode.INTERNAL);
      }
    }
    assertThat(Rows.of(session, "SELECT 1")).containsExactly(List.of(1L));
  }

  /** Nothing can stop a function in between, and these would run for minutes or days. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT hex(zeroblob(8000000)) LIKE '%' || substr(hex(zeroblob(500)), 1, 990) || 'x'",
        "SELECT hex(zeroblob(8000000)) GLOB '*' || substr(hex(zeroblob(500)), 1, 990) || 'x'",
        "SELECT 1 WHERE hex(zeroblob(8000000)) LIKE '%' || hex(zeroblob(450)) || 'x' ESCAPE '!'",
        "SELECT instr(hex(zeroblob(4000000)), hex(zeroblob(2000000)) || 'x')",
        "SELECT instr(zeroblob(8000000), zeroblob(4000000) || x'01')",
        "SELECT replace(hex(zeroblob(4000000)), hex(zeroblob(2000000)) || 'x', 'y')",
        "SELECT trim(hex(zeroblob(4000000)), hex(randomblob(4000)))",
        "SELECT ltrim(hex(zeroblob(4000000)), hex(randomblob(4000)))",
        "SELECT rtrim(hex(zeroblob(4000000)), hex(randomblob(4000)))",
        "SELECT json_patch('{\"a\":\"' || hex(zeroblob(400000)) || '\"}', '{\"b\":\"' ||"
            + " hex(zeroblob(400000)) || '\"}')",
      })
  void functionThatWouldRunForLong_isRefused(String sql) {
    assumeTrue(SqliteLibrary.get().has(Capability.BOUNDED_FUNCTIONS));
    assertThatThrownBy(() -> run(sql))
        .isInstanceOfSatisfying(
            DosqlException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.PAYLOAD_TOO_LARGE));
    assertThat(Rows.of(session, "SELECT 1")).containsExactly(List.of(1L));
  }

  @Test
  void boundedFunctions_workAsBeforeAndUseIndexes() {
    assertThat(
            Rows.of(
                session,
                "SELECT 'abc' LIKE 'A%', 'abc' GLOB 'a*', 'a%c' LIKE 'a!%c' ESCAPE '!',"
                    + " instr('abcabc', 'ca'), replace('abcabc', 'bc', '-'), trim('xxaxx', 'x'),"
                    + " trim('  a '), ltrim('xxa', 'x'), rtrim('axx', 'x'), 5 LIKE 5,"
                    + " json_patch('{\"a\":1}', '{\"b\":2}'), NULL LIKE 'a', instr(x'0102', x'02')"))
        .containsExactly(
            List.of(
                1L, 1L, 1L, 3L, "a-a-", "a", "a", "a", "a", 1L, "{\"a\":1,\"b\":2}", "NULL", 2L));
    run("CREATE TABLE words (w TEXT COLLATE NOCASE PRIMARY KEY)");
    assertThat(
            Rows.of(session, "EXPLAIN QUERY PLAN SELECT * FROM words WHERE w LIKE 'abc%'")
                .toString())
        .contains("SEARCH words USING");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n) SELECT 1 FROM n WHERE i < 0",
        "SELECT count(*) FROM pragma_function_list a, pragma_function_list b,"
            + " pragma_function_list c, pragma_function_list d",
        "SELECT count(*) FROM json_each(json_array(1, 2, 3)) a, pragma_function_list b,"
            + " pragma_function_list c, pragma_function_list d, pragma_function_list e",
      })
  void statementWithoutEnd_isEndedByALimit(String sql) {
    SessionOptions hurried =
        new SessionOptions(
            true, Duration.ofMillis(200), Duration.ofSeconds(5), Duration.ofSeconds(30));
    try (SqlSession other =
        new TenantSessions(engine.tenants(), engine.log()).open("main", hurried)) {
      assertThatThrownBy(() -> other.execute(new SqlStatement(sql, Parameters.NONE), RowSink.NONE))
          .isInstanceOfSatisfying(
              DosqlException.class,
              failure ->
                  assertThat(failure.code()).isIn(ErrorCode.TIMEOUT, ErrorCode.RESOURCE_EXHAUSTED));
    }
  }

  @Test
  void patternBeyondItsLimit_isRefused() {
    assertThatThrownBy(() -> run("SELECT 'x' LIKE '" + "%x".repeat(1_000) + "'"))
        .isInstanceOf(DosqlException.class)
        .hasMessageContaining("pattern too complex");
  }

  @Test
  void viewsNestedDeeplyDoNotEndTheProcess() {
    run("CREATE VIEW v0 AS SELECT * FROM t");
    for (int i = 1; i < 300; i++) {
      run("CREATE VIEW v%d AS SELECT * FROM v%d".formatted(i, i - 1));
    }
    try {
      run("SELECT * FROM v299");
    } catch (DosqlException refused) {
      assertThat(refused.code()).isNotEqualTo(ErrorCode.INTERNAL);
    }
    assertThat(Rows.of(session, "SELECT 1")).containsExactly(List.of(1L));
  }

  @Test
  void triggersThatCallEachOtherEnd() {
    run("CREATE TABLE a (v)");
    run("CREATE TABLE b (v)");
    run("CREATE TRIGGER ab AFTER INSERT ON a BEGIN INSERT INTO b VALUES (new.v); END");
    run("CREATE TRIGGER ba AFTER INSERT ON b BEGIN INSERT INTO a VALUES (new.v); END");
    try {
      run("INSERT INTO a VALUES (1)");
    } catch (DosqlException refused) {
      assertThat(refused.code()).isNotEqualTo(ErrorCode.INTERNAL);
    }
    assertThat(Rows.of(session, "SELECT 1")).containsExactly(List.of(1L));
  }
}
