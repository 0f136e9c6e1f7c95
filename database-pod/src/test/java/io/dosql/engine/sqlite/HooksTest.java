package io.dosql.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What C calls back: what it is told, and that nothing thrown in there ends the process. */
class HooksTest {

  private static final String ENDLESS =
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";

  @TempDir Path folder;
  private SqliteConnection sqlite;

  @BeforeEach
  void open() {
    sqlite = SqliteConnection.openInMemory();
    sqlite.execute("CREATE TABLE t (v UNIQUE); CREATE TABLE other (w)");
  }

  @AfterEach
  void close() {
    sqlite.close();
  }

  private static long number(SqliteConnection sqlite, String query) {
    try (SqliteStatement statement = sqlite.prepare(query)) {
      assertThat(statement.step()).isTrue();
      return statement.integer(0);
    }
  }

  private void assertFails(ResultCode code, String sql) {
    assertThatThrownBy(() -> sqlite.execute(sql))
        .isInstanceOfSatisfying(
            SqliteException.class, failure -> assertThat(failure.code()).isEqualTo(code));
  }

  /** Sneaks a checked exception out of a lambda that declares none. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> RuntimeException sneak(Throwable thrown) throws E {
    throw (E) thrown;
  }

  @Test
  void theAuthorizerIsAskedWithTheNamesOfThings() {
    List<String> asked = new ArrayList<>();
    sqlite.setAuthorizer(
        (action, first, second, database, trigger) -> {
          asked.add(action + " " + first + " " + second + " " + database + " " + trigger);
          return Authorizer.Decision.ALLOW;
        });
    sqlite.prepare("SELECT upper(v) FROM t").close();
    sqlite.prepare("PRAGMA user_version = 3").close();
    sqlite.prepare("INSERT INTO t VALUES (1)").close();
    sqlite.prepare("SAVEPOINT s").close();
    assertThat(asked)
        .contains(
            "SELECT null null null null",
            "READ t v main null",
            "FUNCTION null upper null null",
            "PRAGMA user_version 3 null null",
            "INSERT t null main null",
            "SAVEPOINT BEGIN s null null");
  }

  @Test
  void aDeniedStatementFailsAndAnIgnoredColumnIsNull() {
    sqlite.execute("INSERT INTO t VALUES (7)");
    sqlite.setAuthorizer(
        (action, first, second, database, trigger) ->
            action == AuthorizerAction.DELETE
                ? Authorizer.Decision.DENY
                : action == AuthorizerAction.READ && "v".equals(second)
                    ? Authorizer.Decision.IGNORE
                    : Authorizer.Decision.ALLOW);
    assertFails(ResultCode.AUTH, "DELETE FROM other");
    try (SqliteStatement select = sqlite.prepare("SELECT v FROM t")) {
      assertThat(select.step()).isTrue();
      assertThat(select.type(0)).isEqualTo(ColumnType.NULL);
    }
    sqlite.setAuthorizer(null);
    assertThat(number(sqlite, "SELECT v FROM t")).isEqualTo(7);
  }

  @Test
  void whatTheAuthorizerThrowsComesOutOfPrepareAndOfStep() {
    IllegalStateException thrown = new IllegalStateException("from the authorizer");
    SqliteStatement prepared = sqlite.prepare("SELECT v FROM t");
    sqlite.setAuthorizer(
        (action, first, second, database, trigger) -> {
          throw thrown;
        });
    assertThatThrownBy(() -> sqlite.prepare("SELECT 1")).isSameAs(thrown);
    // Compiled again at its first step, because who decides has changed.
    assertThatThrownBy(prepared::step).isSameAs(thrown);
    assertThatThrownBy(() -> sqlite.script("SELECT 1").next()).isSameAs(thrown);
    sqlite.setAuthorizer(null);
    prepared.reset();
    assertThat(prepared.step()).isFalse();
  }

  @Test
  void errorsAndCheckedExceptionsComeOutToo() {
    for (Throwable thrown :
        List.of(
            new StackOverflowError(), new OutOfMemoryError("pretended"), new AssertionError())) {
      sqlite.setProgressHandler(
          1,
          () -> {
            throw HooksTest.<RuntimeException>sneak(thrown);
          });
      assertThatThrownBy(() -> sqlite.execute("SELECT count(*) FROM t")).isSameAs(thrown);
    }
    IOException checked = new IOException("checked");
    sqlite.setProgressHandler(
        1,
        () -> {
          throw HooksTest.<RuntimeException>sneak(checked);
        });
    assertThatThrownBy(() -> sqlite.execute("SELECT count(*) FROM t")).hasCause(checked);
    sqlite.setProgressHandler(1, null);
    assertThat(number(sqlite, "SELECT 1")).isEqualTo(1);
  }

  @Test
  void aStackThatOverflowsInACallbackDoesNotEndTheProcess() {
    sqlite.setProgressHandler(1, () -> recurse(0) > 0);
    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(() -> sqlite.execute("SELECT count(*) FROM t"))
          .isInstanceOf(StackOverflowError.class);
    }
    sqlite.setProgressHandler(1, null);
    assertThat(number(sqlite, "SELECT 1")).isEqualTo(1);
  }

  private static int recurse(int depth) {
    return depth < Integer.MAX_VALUE ? recurse(depth + 1) + 1 : 0;
  }

  @Test
  void theProgressHandlerEndsAStatementAndRollsItBack() {
    AtomicInteger questions = new AtomicInteger();
    sqlite.setProgressHandler(100, () -> questions.incrementAndGet() < 10);
    assertFails(ResultCode.INTERRUPT, ENDLESS);
    assertThat(questions).hasValue(10);
    assertFails(
        ResultCode.INTERRUPT,
        ENDLESS.replace("SELECT count(*)", "INSERT INTO t SELECT i FROM n; SELECT count(*)"));
    sqlite.setProgressHandler(1, null);
    assertThat(number(sqlite, "SELECT count(*) FROM t")).isZero();
    assertThatThrownBy(() -> sqlite.setProgressHandler(0, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anInterruptFromAnotherThreadEndsAStatement() throws Exception {
    AtomicBoolean running = new AtomicBoolean();
    sqlite.setProgressHandler(
        1_000,
        () -> {
          running.set(true);
          return true;
        });
    CompletableFuture<Throwable> outcome =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                sqlite.execute(ENDLESS);
                return new AssertionError("it ended");
              } catch (SqliteException interrupted) {
                return interrupted;
              }
            });
    await().untilTrue(running);
    sqlite.interrupt();
    assertThat(outcome.get(60, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            SqliteException.class,
            failure -> assertThat(failure.code()).isEqualTo(ResultCode.INTERRUPT));
    assertThat(number(sqlite, "SELECT 1")).isEqualTo(1);
  }

  @Test
  void theCommitHookIsAskedBeforeEachCommitAndCanVeto() {
    AtomicInteger commits = new AtomicInteger();
    AtomicBoolean goOn = new AtomicBoolean(true);
    sqlite.setCommitHook(
        () -> {
          commits.incrementAndGet();
          return goOn.get();
        });
    sqlite.execute("INSERT INTO t VALUES (1); SELECT * FROM t");
    assertThat(commits).hasValue(1);
    sqlite.execute("BEGIN; INSERT INTO t VALUES (2); INSERT INTO t VALUES (3); COMMIT");
    assertThat(commits).hasValue(2);
    goOn.set(false);
    assertFails(ResultCode.CONSTRAINT_COMMITHOOK, "INSERT INTO t VALUES (4)");
    sqlite.execute("BEGIN; INSERT INTO t VALUES (5)");
    assertFails(ResultCode.CONSTRAINT_COMMITHOOK, "COMMIT");
    assertThat(sqlite.isAutocommit()).isTrue();
    sqlite.setCommitHook(null);
    assertThat(number(sqlite, "SELECT count(*) FROM t")).isEqualTo(3);
  }

  @Test
  void whatTheCommitHookThrowsRollsBackAndComesOut() {
    IllegalArgumentException thrown = new IllegalArgumentException("from the commit hook");
    sqlite.setCommitHook(
        () -> {
          throw thrown;
        });
    assertThatThrownBy(() -> sqlite.execute("INSERT INTO t VALUES (1)")).isSameAs(thrown);
    try (SqliteStatement insert = sqlite.prepare("INSERT INTO t VALUES (1), (2) RETURNING v")) {
      assertThat(insert.step()).isTrue();
      // Ending the run early commits.
      assertThatThrownBy(insert::reset).isSameAs(thrown);
    }
    SqliteStatement closing = sqlite.prepare("INSERT INTO t VALUES (1), (2) RETURNING v");
    assertThat(closing.step()).isTrue();
    assertThatThrownBy(closing::close).isSameAs(thrown);
    sqlite.setCommitHook(null);
    assertThat(number(sqlite, "SELECT count(*) FROM t")).isZero();
  }

  @Test
  void theRollbackHookIsToldOfEachRollback() {
    AtomicInteger rollbacks = new AtomicInteger();
    sqlite.setRollbackHook(rollbacks::incrementAndGet);
    sqlite.execute("BEGIN; INSERT INTO t VALUES (1); ROLLBACK");
    assertThat(rollbacks).hasValue(1);
    sqlite.execute("INSERT INTO t VALUES (1)");
    assertThat(rollbacks).hasValue(1);
    sqlite.setRollbackHook(
        () -> {
          throw new IllegalStateException("from the rollback hook");
        });
    sqlite.execute("BEGIN; INSERT INTO t VALUES (2)");
    assertThatThrownBy(() -> sqlite.execute("ROLLBACK")).hasMessage("from the rollback hook");
    assertThat(sqlite.isAutocommit()).isTrue();
  }

  @Test
  void theWalHookIsToldHowFarTheCommitReaches() {
    List<Integer> told = new ArrayList<>();
    try (SqliteConnection wal = SqliteConnection.open(folder.resolve("wal.db"), OpenMode.CREATE)) {
      wal.execute("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
      AtomicInteger asked = new AtomicInteger();
      wal.setCommitHook(() -> asked.incrementAndGet() > 0);
      wal.setWalHook(told::add);
      wal.execute("CREATE TABLE t (v)");
      assertThat(told).containsExactly(2);
      wal.execute("BEGIN; INSERT INTO t VALUES (1); ROLLBACK; BEGIN IMMEDIATE; COMMIT");
      assertThat(told).containsExactly(2);
      wal.execute("INSERT INTO t VALUES (1)");
      int before = asked.get();
      wal.execute("VACUUM");
      assertThat(told).containsExactly(2, 3, 5);
      assertThat(asked).describedAs("VACUUM asks no commit hook").hasValue(before);
      // The run is ended early: the next statement outside a transaction brings it up.
      try (SqliteStatement insert = wal.prepare("INSERT INTO t VALUES (1), (2) RETURNING v")) {
        assertThat(insert.step()).isTrue();
      }
      assertThat(told).containsExactly(2, 3, 5);
      wal.execute("SELECT 1");
      assertThat(told).containsExactly(2, 3, 5, 6);
      wal.setWalHook(
          frames -> {
            throw new IllegalStateException("told of " + frames);
          });
      assertThatThrownBy(() -> wal.execute("INSERT INTO t VALUES (3)")).hasMessage("told of 7");
      wal.setWalHook(null);
      assertThat(number(wal, "SELECT count(*) FROM t")).isEqualTo(4);
    }
  }

  @Test
  void aBackupIntoAWalIsToldByTheNextStatement() {
    List<Integer> told = new ArrayList<>();
    try (SqliteConnection wal = SqliteConnection.open(folder.resolve("wal.db"), OpenMode.CREATE)) {
      wal.execute("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE x (y)");
      wal.setWalHook(told::add);
      assertThat(sqlite.backupTo(wal, -1, (remaining, total, blocked) -> true)).isTrue();
      assertThat(told).isEmpty();
      wal.execute("SELECT 1");
      assertThat(told).hasSize(1);
      assertThat(number(wal, "SELECT count(*) FROM t")).isZero();
    }
  }

  @Test
  void noCallbackMayUseItsConnection() {
    List<Throwable> refused = new ArrayList<>();
    Runnable use =
        () -> {
          for (Runnable call :
              List.<Runnable>of(
                  () -> sqlite.execute("SELECT 1"),
                  sqlite::close,
                  sqlite::isAutocommit,
                  () -> sqlite.setAuthorizer(null))) {
            try {
              call.run();
            } catch (IllegalStateException expected) {
              refused.add(expected);
            }
          }
          sqlite.interrupt();
        };
    sqlite.setCommitHook(
        () -> {
          use.run();
          return true;
        });
    sqlite.execute("INSERT INTO t VALUES (1)");
    assertThat(refused)
        .hasSize(4)
        .allSatisfy(failure -> assertThat(failure).hasMessageContaining("callbacks"));
    sqlite.setCommitHook(null);
    assertThat(number(sqlite, "SELECT count(*) FROM t")).isEqualTo(1);
  }

  @Test
  void hooksOfManyConnectionsDoNotMix() {
    List<SqliteConnection> all = new ArrayList<>();
    int[] commits = new int[200];
    for (int i = 0; i < commits.length; i++) {
      int number = i;
      SqliteConnection each = SqliteConnection.openInMemory();
      each.setCommitHook(
          () -> {
            commits[number]++;
            return true;
          });
      all.add(each);
    }
    for (int i = 0; i < commits.length; i += 2) {
      all.get(i).close();
    }
    for (int i = 1; i < commits.length; i += 2) {
      all.get(i).execute("CREATE TABLE t (v)");
      all.get(i).close();
    }
    for (int i = 0; i < commits.length; i++) {
      assertThat(commits[i]).describedAs("connection %d", i).isEqualTo(i % 2);
    }
  }
}
