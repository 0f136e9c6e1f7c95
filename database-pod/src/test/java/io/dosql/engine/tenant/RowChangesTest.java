package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.changes.Change;
import io.dosql.engine.changes.ChangeValue;
import io.dosql.engine.changes.Reset;
import io.dosql.engine.changes.RowChange;
import io.dosql.engine.changes.SchemaChange;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.LogOptions;
import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log holds of rows, for each way in which SQL changes them. */
class RowChangesTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path folder;
  private CapturedTenant tenant;

  @BeforeEach
  void start() throws Exception {
    tenant = new CapturedTenant(folder.resolve("data"));
  }

  @AfterEach
  void stop() throws Exception {
    // Whatever a test did: who follows the changes has what the tenant has.
    if (!tenant.isInTransaction()) {
      tenant.check();
    }
    tenant.close();
  }

  private void given(String... statements) throws Exception {
    tenant.run(statements);
    tenant.check();
  }

  /** Changes as {@code table: op key old -> new}. */
  private static List<String> told(List<Change> changes) {
    return changes.stream().map(RowChangesTest::told).toList();
  }

  private static String told(Change change) {
    return switch (change) {
      case RowChange row ->
          row.table().name()
              + switch (row.operation()) {
                case INSERT -> " + " + told(row.newValues(), true);
                case DELETE -> " - " + told(row.oldValues(), true);
                case UPDATE ->
                    " " + told(row.oldValues(), true) + " > " + told(row.newValues(), true);
              };
      case SchemaChange schema ->
          String.join(
              ", ",
              schema.objects().stream()
                  .map(o -> o.action() + " " + o.type() + " " + o.name())
                  .toList());
      case Reset reset -> "reset " + reset.reason();
    };
  }

  private static String told(List<ChangeValue> values, boolean joined) {
    return String.join(
        joined ? "," : " ",
        values.stream()
            .map(
                value ->
                    switch (value) {
                      case ChangeValue.Null _ -> "null";
                      case ChangeValue.Int number -> String.valueOf(number.value());
                      case ChangeValue.Real number -> String.valueOf(number.value());
                      case ChangeValue.Text text -> text.string();
                      case ChangeValue.Blob blob -> "x" + blob.bytes().length;
                    })
            .toList());
  }

  private List<String> after(String... statements) throws Exception {
    tenant.run(statements);
    return told(tenant.check());
  }

  @Test
  void insertsUpdatesAndDeletesAreToldInOrderWithOldAndNewValues() throws Exception {
    given("CREATE TABLE t (id INTEGER PRIMARY KEY, r REAL, t TEXT, b BLOB, n)");
    assertThat(
            after(
                "BEGIN",
                "INSERT INTO t VALUES (1, 2, 'x', x'0102', NULL)",
                "UPDATE t SET t = 'y', id = 7",
                "DELETE FROM t WHERE id = 7",
                "COMMIT"))
        .containsExactly(
            "t + 1,2.0,x,x2,null", "t 1,2.0,x,x2,null > 7,2.0,y,x2,null", "t - 7,2.0,y,x2,null");
  }

  @Test
  void aKeyIsThePrimaryKeyOrTheRowid() throws Exception {
    given(
        "CREATE TABLE a (x, y, PRIMARY KEY (y, x)) WITHOUT ROWID",
        "CREATE TABLE b (x)",
        "CREATE TABLE c (k TEXT PRIMARY KEY)");
    tenant.run(
        "INSERT INTO a VALUES (1, 2)",
        "INSERT INTO b (rowid, x) VALUES (9, 1)",
        "INSERT INTO c (rowid, k) VALUES (5, NULL)",
        "INSERT INTO c (rowid, k) VALUES (6, 'k')",
        "UPDATE b SET rowid = 10");
    List<RowChange> rows = tenant.check().stream().map(RowChange.class::cast).toList();
    assertThat(rows.get(0).newKey().orElseThrow())
        .containsExactly(new ChangeValue.Int(2), new ChangeValue.Int(1));
    assertThat(rows.get(0).newRowid()).isNull();
    assertThat(rows.get(1).newKey().orElseThrow()).containsExactly(new ChangeValue.Int(9));
    assertThat(rows.get(2).newKey().orElseThrow()).containsExactly(new ChangeValue.Int(5));
    assertThat(rows.get(3).newKey().orElseThrow().getFirst()).hasToString("'k'");
    assertThat(rows.get(4).oldKey().orElseThrow()).containsExactly(new ChangeValue.Int(9));
    assertThat(rows.get(4).newKey().orElseThrow()).containsExactly(new ChangeValue.Int(10));
  }

  @Test
  void replaceAndUpsertTellOfTheRowsThatGiveWay() throws Exception {
    given("CREATE TABLE t (a PRIMARY KEY, b UNIQUE)", "INSERT INTO t VALUES (1, 1), (2, 2)");
    assertThat(after("INSERT OR REPLACE INTO t VALUES (1, 2)"))
        .containsExactly("t - 2,2", "t - 1,1", "t + 1,2");
    assertThat(after("INSERT INTO t VALUES (1, 5) ON CONFLICT (a) DO UPDATE SET b = excluded.b"))
        .containsExactly("t 1,2 > 1,5");
    assertThat(after("INSERT INTO t VALUES (1, 6) ON CONFLICT DO NOTHING")).isEmpty();
  }

  @Test
  void aDeleteOfEverythingTellsOfEachRow() throws Exception {
    given("CREATE TABLE t (a)", "INSERT INTO t VALUES (1), (2)");
    assertThat(after("DELETE FROM t")).containsExactly("t - 1", "t - 2");
  }

  @Test
  void triggersAndCascadesAreToldAsTheyHappen() throws Exception {
    given(
        "CREATE TABLE p (id INTEGER PRIMARY KEY)",
        "CREATE TABLE c (p REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE)",
        "CREATE TABLE log (what)",
        "CREATE TRIGGER logged AFTER DELETE ON c BEGIN INSERT INTO log VALUES (old.p); END",
        "INSERT INTO p VALUES (1)",
        "INSERT INTO c VALUES (1)");
    assertThat(after("UPDATE p SET id = 2")).containsExactly("p 1 > 2", "c 1 > 2");
    assertThat(after("DELETE FROM p")).containsExactly("p - 2", "c - 2", "log + 2");
  }

  @Test
  void rowsCopiedWholeFromOneTableIntoAnotherAreTold() throws Exception {
    given(
        "CREATE TABLE a (k PRIMARY KEY, v) WITHOUT ROWID",
        "CREATE TABLE b (k PRIMARY KEY, v) WITHOUT ROWID",
        "CREATE TABLE c (k, v)",
        "CREATE TABLE d (k, v)",
        "INSERT INTO a VALUES (1, 'x')",
        "INSERT INTO c VALUES (2, 'y')");
    assertThat(after("INSERT INTO b SELECT * FROM a", "INSERT INTO d SELECT * FROM c"))
        .containsExactly("b + 1,x", "d + 2,y");
  }

  @Test
  void generatedColumnsAreToldIfTheyAreStored() throws Exception {
    given(
        "CREATE TABLE t (v AS (a || 'v'), a, s AS (a || 's') STORED, b REAL)",
        "CREATE TABLE w (a PRIMARY KEY, v AS (b + 1), s AS (b + 2) STORED, b) WITHOUT ROWID");
    assertThat(after("INSERT INTO t (a, b) VALUES ('1', 3)", "UPDATE t SET a = '2'"))
        .containsExactly("t + 1,1s,3.0", "t 1,1s,3.0 > 2,2s,3.0");
    assertThat(after("INSERT INTO w (a, b) VALUES (1, 3)", "UPDATE w SET b = 4, a = 9"))
        .containsExactly("w + 1,5,3", "w 1,5,3 > 9,6,4");
  }

  @Test
  void whatIsRolledBackIsNotTold() throws Exception {
    given("CREATE TABLE t (a PRIMARY KEY)");
    assertThat(after("BEGIN", "INSERT INTO t VALUES (1)", "ROLLBACK")).isEmpty();
    assertThat(
            after(
                "BEGIN",
                "INSERT INTO t VALUES (1)",
                "SAVEPOINT s",
                "INSERT INTO t VALUES (2)",
                "SAVEPOINT S",
                "INSERT INTO t VALUES (3)",
                "ROLLBACK TO s",
                "INSERT INTO t VALUES (4)",
                "RELEASE \"S\"",
                "INSERT INTO t VALUES (5)",
                "ROLLBACK TO 's'",
                "INSERT INTO t VALUES (6)",
                "COMMIT"))
        .containsExactly("t + 1", "t + 6");
  }

  @Test
  void aSavepointThatIsTheTransactionIsFollowed() throws Exception {
    given("CREATE TABLE t (a PRIMARY KEY)");
    assertThat(
            after(
                "SAVEPOINT s",
                "INSERT INTO t VALUES (1)",
                "ROLLBACK TO s",
                "INSERT INTO t VALUES (2)",
                "RELEASE s"))
        .containsExactly("t + 2");
    assertThat(after("SAVEPOINT s", "RELEASE s", "SAVEPOINT s", "DELETE FROM t", "RELEASE s"))
        .containsExactly("t - 2");
  }

  @Test
  void aStatementThatFailsLeavesWhatItsConflictClauseSays() throws Exception {
    given("CREATE TABLE t (a PRIMARY KEY)", "INSERT INTO t VALUES (3)");
    for (String clause : List.of("", "OR ABORT ", "OR FAIL ", "OR IGNORE ", "OR REPLACE ")) {
      tenant.run("BEGIN", "INSERT INTO t VALUES ('before')");
      var _ = tenant.tryRun("INSERT " + clause + "INTO t VALUES (1), (2), (3), (4)");
      tenant.run("DELETE FROM t WHERE a = 'before'", "COMMIT");
      tenant.check();
      given("DELETE FROM t WHERE a <> 3");
    }
    tenant.run("BEGIN", "INSERT INTO t VALUES ('gone')");
    assertThat(tenant.tryRun("INSERT OR ROLLBACK INTO t VALUES (1), (3)")).isNotNull();
    assertThat(tenant.isInTransaction()).isFalse();
    assertThat(tenant.check()).isEmpty();
    // In a transaction of its own, OR FAIL commits what it has done.
    assertThat(tenant.tryRun("INSERT OR FAIL INTO t VALUES (1), (2), (3)")).isNotNull();
    assertThat(told(tenant.check())).containsExactly("t + 1", "t + 2");
    assertThat(tenant.tryRun("INSERT INTO t VALUES (8), (3)")).isNotNull();
    assertThat(tenant.check()).isEmpty();
    assertThat(tenant.resets()).isZero();
  }

  @Test
  void aStatementThatFailsAndCommitsRowsOfATableNotSeenBeforeIsTold() throws Exception {
    // A definition makes the columns of all tables be asked for again, and asking makes SQLite tell
    // of the commit.
    given("CREATE TABLE t (a UNIQUE)", "INSERT INTO t VALUES (1), (2)", "CREATE TABLE other (b)");
    assertThat(tenant.tryRun("UPDATE OR FAIL t SET a = 1")).isNotNull();
    assertThat(told(tenant.check())).containsExactly("t 1 > 1");
    given("CREATE TABLE third (c)");
    assertThat(tenant.tryRun("INSERT OR FAIL INTO t VALUES (3), (1)")).isNotNull();
    assertThat(told(tenant.check())).containsExactly("t + 3");
    given("CREATE TABLE fourth (d)");
    assertThat(tenant.tryRun("INSERT INTO t VALUES (4), (1)")).isNotNull();
    assertThat(tenant.check()).isEmpty();
    assertThat(tenant.resets()).isZero();
  }

  /** SQLite's counters are the same for both: only the rows tell. */
  @Test
  void whatTriggersDidBeforeAFailureIsKeptOrUndoneWithIt() throws Exception {
    given(
        "CREATE TABLE t (a)",
        "CREATE TABLE log (what)",
        "CREATE TRIGGER raising BEFORE INSERT ON t BEGIN INSERT INTO log VALUES (new.a);"
            + " SELECT CASE new.a WHEN 'fail' THEN RAISE(FAIL, 'f') WHEN 'abort' THEN"
            + " RAISE(ABORT, 'a') WHEN 'ignore' THEN RAISE(IGNORE) WHEN 'rollback' THEN"
            + " RAISE(ROLLBACK, 'r') END; END");
    tenant.run("BEGIN");
    assertThat(tenant.tryRun("INSERT INTO t VALUES ('fail')")).isNotNull();
    assertThat(tenant.tryRun("INSERT INTO t VALUES ('abort')")).isNotNull();
    assertThat(tenant.tryRun("INSERT INTO t VALUES (1), ('abort')")).isNotNull();
    assertThat(tenant.tryRun("INSERT INTO t VALUES (2), ('ignore'), ('fail'), (3)")).isNotNull();
    tenant.run("COMMIT");
    assertThat(told(tenant.check()))
        .containsExactly("log + fail", "log + 2", "t + 2", "log + ignore", "log + fail");
    tenant.run("BEGIN", "INSERT INTO t VALUES (4)");
    assertThat(tenant.tryRun("INSERT INTO t VALUES ('rollback')")).isNotNull();
    assertThat(tenant.isInTransaction()).isFalse();
    assertThat(tenant.check()).isEmpty();
    assertThat(tenant.resets()).isZero();
  }

  @Test
  void aCommitThatADeferredKeyHoldsUpGoesOn() throws Exception {
    given(
        "CREATE TABLE p (id INTEGER PRIMARY KEY)",
        "CREATE TABLE c (p REFERENCES p DEFERRABLE INITIALLY DEFERRED)");
    tenant.run("BEGIN", "INSERT INTO c VALUES (1)");
    assertThat(tenant.tryRun("COMMIT")).isNotNull();
    assertThat(tenant.isInTransaction()).isTrue();
    assertThat(after("INSERT INTO p VALUES (1)", "COMMIT")).containsExactly("c + 1", "p + 1");
    tenant.run("SAVEPOINT s", "INSERT INTO c VALUES (2)");
    assertThat(tenant.tryRun("RELEASE s")).isNotNull();
    assertThat(after("ROLLBACK TO s", "INSERT INTO p VALUES (3)", "RELEASE s"))
        .containsExactly("p + 3");
  }

  @Test
  void aStatementThatReturnsRowsIsToldHoweverItEnds() throws Exception {
    given("CREATE TABLE t (a)");
    assertThat(after("INSERT INTO t VALUES (1), (2) RETURNING a"))
        .containsExactly("t + 1", "t + 2");
    var _ =
        tenant
            .writer()
            .call(
                connection ->
                    connection.run(
                        "INSERT INTO t VALUES (3), (4) RETURNING a",
                        false,
                        LONG,
                        statement -> statement.step()));
    assertThat(told(tenant.check())).containsExactly("t + 3", "t + 4");
    tenant.run("BEGIN");
    try {
      var _ =
          tenant
              .writer()
              .call(
                  connection ->
                      connection.run(
                          "INSERT INTO t VALUES (5), (6) RETURNING a",
                          false,
                          LONG,
                          statement -> {
                            assertThat(statement.step()).isTrue();
                            throw new IllegalStateException("the client went");
                          }));
    } catch (IllegalStateException expected) {
      // As meant.
    }
    assertThat(tenant.isInTransaction()).isFalse();
    assertThat(tenant.check()).isEmpty();
  }

  @Test
  void anInterruptedStatementTakesItsTransactionWithIt() throws Exception {
    given("CREATE TABLE t (a)");
    tenant.run("BEGIN", "INSERT INTO t VALUES (1)");
    try {
      var _ =
          tenant
              .writer()
              .call(
                  connection ->
                      connection.run(
                          "INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM"
                              + " n) SELECT i FROM n",
                          false,
                          Duration.ofMillis(50),
                          statement -> statement.step()));
    } catch (DosqlException expected) {
      assertThat(expected.code()).isEqualTo(ErrorCode.TIMEOUT);
    }
    assertThat(tenant.isInTransaction()).isFalse();
    assertThat(after("INSERT INTO t VALUES (2)")).containsExactly("t + 2");
  }

  @Test
  void definitionsAreToldAmongTheRows() throws Exception {
    assertThat(
            after(
                "CREATE TABLE t (a PRIMARY KEY, b)",
                "CREATE TABLE IF NOT EXISTS t (x)",
                "BEGIN",
                "INSERT INTO t VALUES (1, 2)",
                "ALTER TABLE t ADD COLUMN c DEFAULT 'c'",
                "UPDATE t SET a = 3",
                "ALTER TABLE t RENAME COLUMN b TO bb",
                "INSERT INTO t VALUES (4, 5, 6)",
                "ALTER TABLE t DROP COLUMN bb",
                "DELETE FROM t WHERE a = 4",
                "ALTER TABLE t RENAME TO u",
                "INSERT INTO u VALUES (7, 8)",
                "CREATE INDEX i ON u (c)",
                "COMMIT",
                "DROP TABLE u"))
        .containsExactly(
            "CREATED table t",
            "t + 1,2",
            "ALTERED table t",
            "t 1,2,c > 3,2,c",
            "ALTERED table t",
            "t + 4,5,6",
            "ALTERED table t",
            "t - 4,6",
            "ALTERED table u",
            "u + 7,8",
            "CREATED index i",
            "DROPPED table u, DROPPED index i");
  }

  @Test
  void aTableMadeOfAQueryIsToldWithItsRows() throws Exception {
    given("CREATE TABLE t (a)", "INSERT INTO t VALUES (1), (2.5), ('x'), (x'00'), (NULL)");
    assertThat(after("CREATE TABLE u AS SELECT a, random() < 0 OR 1 AS yes FROM t"))
        .containsExactly(
            "CREATED table u", "u + 1,1", "u + 2.5,1", "u + x,1", "u + x1,1", "u + null,1");
    assertThat(after("BEGIN", "CREATE TABLE v AS SELECT 1 AS x", "ROLLBACK")).isEmpty();
    assertThat(tenant.tryRun("CREATE TABLE v AS SELECT abs(-9223372036854775808)")).isNotNull();
    assertThat(tenant.check()).isEmpty();
  }

  @Test
  void definitionsThatAreUndoneAreForgotten() throws Exception {
    given("CREATE TABLE t (a)", "INSERT INTO t VALUES (1)");
    assertThat(
            after(
                "BEGIN",
                "SAVEPOINT s",
                "ALTER TABLE t ADD COLUMN b DEFAULT 2",
                "UPDATE t SET a = 3",
                "ROLLBACK TO s",
                "UPDATE t SET a = 4",
                "DROP TABLE t",
                "CREATE TABLE t (x, y)",
                "INSERT INTO t VALUES (5, 6)",
                "COMMIT"))
        .containsExactly("t 1 > 4", "DROPPED table t", "CREATED table t", "t + 5,6");
    assertThat(after("BEGIN", "ALTER TABLE t ADD COLUMN z", "DELETE FROM t", "ROLLBACK")).isEmpty();
    assertThat(after("DELETE FROM t")).containsExactly("t - 5,6");
  }

  @Test
  void aStatementKeptPreparedTellsOfWhatItDefinesLater() throws Exception {
    String create = "CREATE INDEX IF NOT EXISTS i ON t (a)";
    given("CREATE TABLE t (a)", create, create, "DROP INDEX i");
    assertThat(after(create)).containsExactly("CREATED index i");
  }

  @Test
  void aDroppedParentTellsOfTheCascadesOfItsRows() throws Exception {
    given(
        "CREATE TABLE \"p\"\"q\" (id INTEGER PRIMARY KEY)",
        "CREATE TABLE c (p REFERENCES \"p\"\"q\" ON DELETE CASCADE)",
        "INSERT INTO \"p\"\"q\" VALUES (1)",
        "INSERT INTO c VALUES (1)");
    assertThat(after("DROP TABLE \"p\"\"q\"")).contains("c - 1").endsWith("DROPPED table p\"q");
    assertThat(tenant.resets()).isZero();
  }

  @Test
  void viewsTellOfTheTablesThatTheirTriggersWriteTo() throws Exception {
    given(
        "CREATE TABLE t (a PRIMARY KEY)",
        "CREATE VIEW v AS SELECT a FROM t",
        "CREATE TRIGGER through INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (new.a); END");
    assertThat(after("INSERT INTO v VALUES (1)")).containsExactly("t + 1");
    tenant.run("BEGIN");
    assertThat(tenant.tryRun("INSERT OR FAIL INTO v VALUES (2), (1)")).isNotNull();
    assertThat(tenant.tryRun("INSERT INTO v VALUES (3), (1)")).isNotNull();
    assertThat(after("COMMIT")).containsExactly("t + 2");
    assertThat(tenant.resets()).isZero();
  }

  @Test
  void tablesOfSqliteAndOfTheEngineAreNotTold() throws Exception {
    given("CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a)");
    assertThat(after("INSERT INTO t (a) VALUES (1)", "ANALYZE")).containsExactly("t + 1,1");
    tenant.on(
        sqlite -> {
          sqlite.execute("CREATE TABLE __dosql_x (a); INSERT INTO __dosql_x VALUES (1)");
          return true;
        });
    assertThat(tenant.changes()).isEmpty();
    assertThat(
            after(
                "CREATE VIRTUAL TABLE f USING fts5 (a)",
                "INSERT INTO f VALUES ('words and words')",
                "UPDATE f SET a = 'others'",
                "CREATE VIRTUAL TABLE r USING rtree (id, x0, x1)",
                "INSERT INTO r VALUES (1, 2, 3)",
                "DROP TABLE r"))
        .containsExactly("CREATED table f", "CREATED table r", "DROPPED table r");
    tenant.on(
        sqlite -> {
          sqlite.execute("CREATE TEMP TABLE x (a); INSERT INTO x VALUES (1); DROP TABLE x");
          return true;
        });
    assertThat(tenant.changes()).isEmpty();
  }

  @Test
  void aCommitThatChangesNoRowsIsToldAsEmpty() throws Exception {
    given("CREATE TABLE t (a)", "INSERT INTO t VALUES (1)");
    assertThat(after("PRAGMA user_version = 7")).isEmpty();
    tenant.run("UPDATE t SET a = a");
    assertThat(after("INSERT INTO t VALUES (2)")).contains("t + 2");
  }

  @Test
  void whatPassesTheHookByIsMarked() throws Exception {
    given("CREATE TABLE t (a)", "INSERT INTO t VALUES (1), (2)", "DELETE FROM t WHERE a = 1");
    assertThat(after("VACUUM")).containsExactly("reset REWRITTEN");
    Path other = folder.resolve("other.db");
    try (SqliteConnection sqlite = SqliteConnection.open(other, OpenMode.CREATE)) {
      sqlite.execute("PRAGMA page_size = 4096; CREATE TABLE t (x, y, z)");
    }
    tenant.writer().close();
    try (SqliteConnection source = SqliteConnection.open(other, OpenMode.READ_ONLY)) {
      long _ = tenant.database().replaceWith(source, LONG, () -> {});
    }
    tenant.reopenWriter();
    assertThat(told(tenant.check())).containsExactly("reset REWRITTEN");
    assertThat(after("INSERT INTO t VALUES (1, 2, 3)")).containsExactly("t + 1,2,3");
  }

  @Test
  void aDatabaseOfAnotherEncodingIsToldInUtf8() throws Exception {
    Path other = folder.resolve("utf16.db");
    try (SqliteConnection sqlite = SqliteConnection.open(other, OpenMode.CREATE)) {
      sqlite.execute("PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (x)");
    }
    tenant.writer().close();
    try (SqliteConnection source = SqliteConnection.open(other, OpenMode.READ_ONLY)) {
      long _ = tenant.database().replaceWith(source, LONG, () -> {});
    }
    tenant.reopenWriter();
    assertThat(told(tenant.check())).containsExactly("reset REWRITTEN");
    assertThat(after("INSERT INTO t VALUES ('grün')", "UPDATE t SET x = 'größer'"))
        .containsExactly("t + grün", "t grün > größer");
  }

  @Test
  void aKeyThatOnlyLooksLikeTheRowidIsTold() throws Exception {
    given(
        "CREATE TABLE a (k INTEGER PRIMARY KEY DESC, v)",
        "CREATE TABLE b (v, k INTEGER, PRIMARY KEY (k))",
        "INSERT INTO a (rowid, k, v) VALUES (1, 7, 7)",
        "INSERT INTO b VALUES (1, 8)");
    assertThat(
            after(
                "UPDATE a SET v = 9",
                "INSERT INTO a (rowid, k, v) VALUES (5, 6, 7)",
                "UPDATE b SET k = 9",
                "INSERT INTO b VALUES (1, 3)",
                "DELETE FROM b"))
        .containsExactly("a 7,7 > 7,9", "a + 6,7", "b 1,8 > 1,9", "b + 1,3", "b - 1,3", "b - 1,9");
  }

  @Test
  void severalCommitsOfOneJobAreOneCommitOfTheLog() throws Exception {
    given("CREATE TABLE t (a PRIMARY KEY)");
    tenant.on(
        sqlite -> {
          sqlite.execute("INSERT INTO t VALUES (1); UPDATE t SET a = a; INSERT INTO t VALUES (2)");
          sqlite.execute("BEGIN; INSERT INTO t VALUES (3); ROLLBACK");
          try {
            sqlite.execute("INSERT OR FAIL INTO t VALUES (4), (1)");
          } catch (RuntimeException expected) {
            sqlite.execute("BEGIN; SAVEPOINT s; INSERT INTO t VALUES (5)");
          }
          return true;
        });
    assertThat(told(tenant.changes())).contains("t + 1", "t + 2").endsWith("t + 4");
    assertThat(after("ROLLBACK TO s", "INSERT INTO t VALUES (6)", "COMMIT"))
        .containsExactly("t + 6");
    assertThat(tenant.resets()).isZero();
  }

  @Test
  void largeChangesSpillAndSpreadOverParts() throws Exception {
    given("CREATE TABLE t (id INTEGER PRIMARY KEY, a)");
    tenant.run(
        "BEGIN",
        "INSERT INTO t VALUES (1, randomblob(5000000)), (2, randomblob(3)), (3, randomblob(4000000))",
        "SAVEPOINT s",
        "UPDATE t SET a = randomblob(3000000)",
        "ROLLBACK TO s",
        "UPDATE t SET a = randomblob(1500000) WHERE id <> 1");
    tenant.run("COMMIT");
    assertThat(tenant.check()).hasSize(5);
    // Few pages, and changes for several parts: some are without pages.
    assertThat(after("BEGIN", "UPDATE t SET a = NULL", "COMMIT")).hasSize(3);
    assertThat(tenant.partsOfLastCommit()).isEqualTo(8);
  }

  @Test
  void moreChangesThanTheLimitFailAndNameIt() throws Exception {
    tenant.close();
    tenant =
        new CapturedTenant(
            TestEngine.start(
                folder.resolve("limited"),
                TenantLimits.DEFAULT,
                LogOptions.DEFAULT,
                directory -> directory,
                new RowChangeOptions(true, 3 << 20)));
    given("CREATE TABLE t (id INTEGER PRIMARY KEY, a)");
    DosqlException failure = tenant.tryRun("INSERT INTO t VALUES (1, randomblob(4000000))");
    assertThat(failure)
        .isInstanceOfSatisfying(
            DosqlException.class,
            told -> assertThat(told.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED));
    assertThat(failure).hasMessageContaining("3145728 bytes, the limit maxTransactionChangeBytes");
    assertThat(tenant.check()).isEmpty();
    tenant.run("BEGIN", "INSERT INTO t VALUES (2, randomblob(1000000))", "SAVEPOINT s");
    assertThat(tenant.tryRun("INSERT INTO t VALUES (3, randomblob(3000000))")).isNotNull();
    failure = tenant.tryRun("COMMIT");
    assertThat(failure).hasMessageContaining("maxTransactionChangeBytes");
    assertThat(tenant.isInTransaction()).isFalse();
    assertThat(tenant.check()).isEmpty();
    tenant.run("BEGIN", "SAVEPOINT s");
    assertThat(tenant.tryRun("INSERT INTO t VALUES (3, randomblob(4000000))")).isNotNull();
    assertThat(after("ROLLBACK TO s", "INSERT INTO t VALUES (4, 4)", "COMMIT"))
        .containsExactly("t + 4,4");
    // The rows of a new table are found when it has committed: too late to fail.
    assertThat(after("CREATE TABLE u AS SELECT randomblob(4000000)"))
        .containsExactly("reset UNDETERMINED");
  }

  @Test
  void aTenantMayDoWithout() throws Exception {
    tenant.close();
    TestEngine engine =
        TestEngine.start(
            folder.resolve("without"),
            TenantLimits.DEFAULT,
            LogOptions.DEFAULT,
            directory -> directory,
            RowChangeOptions.OFF);
    long _ = engine.write("main", "CREATE TABLE t (a)");
    try (LoggedChanges log = new LoggedChanges(engine.log(), "main")) {
      assertThat(log.next()).singleElement().matches(commit -> commit.changes().isEmpty());
    }
    engine.close();
    tenant = new CapturedTenant(folder.resolve("other"));
  }

  @Test
  void changesSurviveACrash() throws Exception {
    given("CREATE TABLE t (a)");
    tenant.run("INSERT INTO t VALUES (1)");
    tenant.database().settle();
    Path crashed = folder.resolve("crashed");
    tenant.engine().copyTo(crashed);
    assertThat(Files.exists(crashed)).isTrue();
    try (TestEngine after = TestEngine.start(crashed);
        LoggedChanges log = new LoggedChanges(after.log(), "main")) {
      assertThat(after.rows("main", "SELECT a FROM t")).containsExactly(List.of("1"));
      assertThat(told(log.next().getLast().changes().orElseThrow())).containsExactly("t + 1");
    }
  }

  @Test
  void malformedTextIsKeptAsItIs() throws Exception {
    given(
        "CREATE TABLE t (x PRIMARY KEY, y) WITHOUT ROWID",
        "INSERT INTO t VALUES (x'00ff' || 'e', x'ff' || 'f')");
    // The copy has the same bytes from then on.
    given("VACUUM");
    given("UPDATE t SET y = x");
    given("DELETE FROM t");
  }

  @Test
  void failedStatement_isUndoneAlsoWhereItsRowHasMalformedTextForAKey() throws Exception {
    given(
        "CREATE TABLE t (x PRIMARY KEY, y CHECK (y <> 9)) WITHOUT ROWID",
        "INSERT INTO t VALUES (x'00ff' || 'e', 1), ('z', 8)");
    tenant.run("BEGIN");
    assertThat(tenant.tryRun("UPDATE t SET x = 'n' || y, y = y + 1")).isNotNull();
    tenant.run("INSERT INTO t VALUES ('other', 0)", "COMMIT");
    tenant.check();
  }
}
