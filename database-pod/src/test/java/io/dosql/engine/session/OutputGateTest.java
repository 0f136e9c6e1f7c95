package io.dosql.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.log.HeldLogStorage;
import io.dosql.engine.log.LogOptions;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import io.dosql.engine.tenant.ReaderLease;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantLimits;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.TestEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule 1: no answer leaves before the log is durable up to what the answer could have seen. */
class OutputGateTest {

  @TempDir Path folder;
  private @Nullable HeldLogStorage storage;
  private TestEngine engine;
  private SqlSession writer;
  private SqlSession reader;

  @BeforeEach
  void start() throws Exception {
    engine =
        TestEngine.start(
            folder,
            TenantLimits.DEFAULT,
            LogOptions.DEFAULT,
            directory -> storage = new HeldLogStorage(directory));
    writer = open();
    reader = open();
    run(writer, "CREATE TABLE t (v)");
    writer.settle();
  }

  @AfterEach
  void stop() throws Exception {
    storage().release();
    writer.close();
    reader.close();
    engine.close();
  }

  private HeldLogStorage storage() {
    return Objects.requireNonNull(storage);
  }

  private SqlSession open() {
    return new TenantSessions(engine.tenants(), engine.log()).open("main", SessionOptions.DEFAULT);
  }

  private static Outcome run(SqlSession session, String sql) {
    return session.execute(new SqlStatement(sql, Parameters.NONE), RowSink.NONE);
  }

  /** A commit that is visible to all and durable for nobody. */
  private void commitWithoutDurability(String sql) {
    storage().hold();
    assertThat(run(writer, sql).lsn()).isPositive();
  }

  /** The answer waits for the log, and leaves when the log is there. */
  private void assertGated(SqlSession session) throws Exception {
    CompletableFuture<Void> answer = CompletableFuture.runAsync(session::settle);
    assertThatThrownBy(() -> answer.get(100, TimeUnit.MILLISECONDS))
        .describedAs("an answer left before the log was durable")
        .isInstanceOf(TimeoutException.class);
    storage().release();
    answer.get(60, TimeUnit.SECONDS);
  }

  @Test
  void aWriteWaitsForItsOwnCommit() throws Exception {
    commitWithoutDurability("INSERT INTO t VALUES (1)");
    assertGated(writer);
  }

  @Test
  void aLastWriteIsToldWhenItIsDurableAndTheGateIsOpenThen() throws Exception {
    storage().hold();
    CompletableFuture<Outcome> outcome =
        CompletableFuture.supplyAsync(
            () ->
                writer.executeLast(
                    new SqlStatement("INSERT INTO t VALUES (1)", Parameters.NONE), RowSink.NONE));
    assertThatThrownBy(() -> outcome.get(100, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    storage().release();
    assertThat(outcome.get(60, TimeUnit.SECONDS).lsn()).isEqualTo(2);
    writer.settle();
  }

  @Test
  void aLastWriteWhoseLogIsSlowerThanTheLockTimeoutStillWaitsAtTheGate() throws Exception {
    SessionOptions hasty =
        new SessionOptions(
            true,
            SessionOptions.DEFAULT.statementTimeout(),
            Duration.ofMillis(50),
            SessionOptions.DEFAULT.transactionTimeout());
    try (SqlSession session =
        new TenantSessions(engine.tenants(), engine.log()).open("main", hasty)) {
      storage().hold();
      Outcome outcome =
          session.executeLast(
              new SqlStatement("INSERT INTO t VALUES (1)", Parameters.NONE), RowSink.NONE);
      assertThat(outcome.lsn()).isEqualTo(2);
      assertGated(session);
    }
  }

  @Test
  void aReadWaitsForTheCommitThatItSaw() throws Exception {
    commitWithoutDurability("INSERT INTO t VALUES (1)");
    assertThat(Rows.of(reader, "SELECT v FROM t")).hasSize(1);
    assertGated(reader);
  }

  @Test
  void aTransactionThatReadNoTableYetWaitsForWhatItReadsLater() throws Exception {
    run(reader, "BEGIN");
    assertThat(Rows.of(reader, "SELECT 1")).hasSize(1);
    commitWithoutDurability("INSERT INTO t VALUES (1)");
    assertThat(Rows.of(reader, "SELECT v FROM t")).hasSize(1);
    assertGated(reader);
  }

  @Test
  void aTransactionThatBeganWithSavepointsWaitsForWhatItReadsLater() throws Exception {
    run(reader, "BEGIN");
    run(reader, "SAVEPOINT s");
    commitWithoutDurability("INSERT INTO t VALUES (1)");
    assertThat(Rows.of(reader, "SELECT v FROM t")).hasSize(1);
    assertGated(reader);
  }

  @Test
  void aTransactionThatReadTheTemporarySchemaHasNoSnapshotYet() throws Exception {
    run(reader, "BEGIN");
    assertThat(Rows.of(reader, "SELECT * FROM sqlite_temp_schema")).isEmpty();
    commitWithoutDurability("INSERT INTO t VALUES (1)");
    assertThat(Rows.of(reader, "SELECT v FROM t")).hasSize(1);
    assertGated(reader);
  }

  @Test
  void aMarkMovesOnUntilTheTransactionHoldsItsSnapshot() {
    try (Tenant.Use use = engine.tenants().get(TenantName.MAIN).use();
        ReaderLease lease = use.database().reader(Duration.ofSeconds(5))) {
      SeenCommits.Mark mark = new SeenCommits.Mark(use.database());
      String[] nothingRead = {
        "BEGIN", "SELECT 1", "SAVEPOINT s", "SELECT * FROM sqlite_temp_schema"
      };
      for (String sql : nothingRead) {
        markAfter(lease, mark, sql);
        engine.write("main", "INSERT INTO t VALUES (1)");
        assertThat(mark.lsn()).isLessThan(use.database().lastLsn());
      }
      markAfter(lease, mark, "SELECT * FROM t");
      long seen = use.database().lastLsn();
      assertThat(mark.lsn()).isEqualTo(seen);
      engine.write("main", "INSERT INTO t VALUES (1)");
      markAfter(lease, mark, "SELECT * FROM t");
      assertThat(mark.lsn()).isEqualTo(seen);
    }
  }

  private static void markAfter(ReaderLease lease, SeenCommits.Mark mark, String sql) {
    boolean _ =
        lease.call(
            connection -> {
              connection.sqlite().execute(sql);
              mark.set(connection.sqlite());
              return true;
            });
  }

  @Test
  void aStreamWaitsForTheCommitThatItSeesOnceAndForNoneThatComesLater() throws Exception {
    commitWithoutDurability("INSERT INTO t VALUES (1)");
    try (RowStream stream =
        reader.stream(new SqlStatement("SELECT v FROM t", Parameters.NONE)).orElseThrow()) {
      assertGated(reader);
      commitWithoutDurability("INSERT INTO t VALUES (2)");
      List<Long> seen = new ArrayList<>();
      assertThat(stream.fetch(row -> seen.add(row.integer(0)))).isFalse();
      assertThat(seen).containsExactly(1L);
      reader.settle();
    }
  }

  @Test
  void aStreamThatDoesNotCompileWaitsForTheCommitThatChangedTheSchema() throws Exception {
    commitWithoutDurability("DROP TABLE t");
    assertThatThrownBy(() -> reader.stream(new SqlStatement("SELECT v FROM t", Parameters.NONE)))
        .isInstanceOf(DosqlException.class);
    assertGated(reader);
  }

  @Test
  void aBatchOfReadsWaitsForTheSnapshotThatItTakesLate() throws Exception {
    RowSink commitsMeanwhile =
        new RowSink() {
          @Override
          public void columns(List<Column> columns) {}

          @Override
          public void row(Row row) {
            commitWithoutDurability("INSERT INTO t VALUES (1)");
          }
        };
    Rows rows = new Rows();
    reader.executeAtomically(
        List.of(
            new SqlStatement("SELECT 1", Parameters.NONE),
            new SqlStatement("SELECT v FROM t", Parameters.NONE)),
        List.of(commitsMeanwhile, rows));
    assertThat(rows.rows()).hasSize(1);
    assertGated(reader);
  }

  @Test
  void aReadThatFailsOnTheSchemaWaitsForTheCommitThatChangedIt() throws Exception {
    commitWithoutDurability("DROP TABLE t");
    assertThatThrownBy(() -> run(reader, "SELECT v FROM t")).isInstanceOf(DosqlException.class);
    assertGated(reader);
  }

  @Test
  void aDescriptionWaitsForTheCommitThatMadeTheTable() throws Exception {
    commitWithoutDurability("CREATE TABLE later (a, b)");
    assertThat(reader.describe("SELECT * FROM later").columns()).hasSize(2);
    assertGated(reader);
  }

  @Test
  void aScriptThatDoesNotCompileWaitsForTheCommitThatChangedTheSchema() throws Exception {
    commitWithoutDurability("DROP TABLE t");
    assertThatThrownBy(() -> reader.executeScript("SELECT v FROM t"))
        .isInstanceOf(DosqlException.class);
    assertGated(reader);
  }
}
