package io.dosql.engine.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.log.HeldLogStorage;
import io.dosql.engine.log.LogOptions;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantLimits;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.TestEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Relaxed answers leave when the log has the commit in memory, strict ones when it is on disk. */
@Timeout(60)
class RelaxedDurabilityTest {

  private static final SessionOptions RELAXED =
      SessionOptions.DEFAULT.withDurability(Durability.RELAXED);

  @TempDir Path folder;
  private @Nullable HeldLogStorage storage;
  private TestEngine engine;
  private SqlSession writer;
  private SqlSession reader;

  @BeforeEach
  void start() throws Exception {
    engine =
        TestEngine.start(
            folder.resolve("data"),
            TenantLimits.DEFAULT,
            LogOptions.DEFAULT.withRelaxedFlushInterval(LogOptions.RELAXED_FLUSH_INTERVAL),
            directory -> storage = new HeldLogStorage(directory));
    writer = open();
    reader = open();
    run(writer, "CREATE TABLE t (v)");
    writer.settle();
    storage().hold();
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
    return new TenantSessions(engine.tenants(), engine.log()).open("main", RELAXED);
  }

  private static Outcome run(SqlSession session, String sql) {
    return session.execute(new SqlStatement(sql, Parameters.NONE), RowSink.NONE);
  }

  private void assertWaits(SqlSession session) throws Exception {
    CompletableFuture<Void> answer =
        CompletableFuture.runAsync(() -> session.settle(Durability.STRICT));
    assertThatThrownBy(() -> answer.get(100, TimeUnit.MILLISECONDS))
        .describedAs("a strict answer left before the log was durable")
        .isInstanceOf(TimeoutException.class);
    storage().release();
    answer.get(60, TimeUnit.SECONDS);
  }

  @Test
  void aRelaxedWriteIsAnsweredWhileTheDiskIsAway() {
    assertThat(run(writer, "INSERT INTO t VALUES (1)").lsn()).isEqualTo(2);
    writer.settle(Durability.RELAXED);
    assertThat(engine.log().statistics().unsettledBytes()).isPositive();
  }

  @Test
  void aRelaxedReadIsAnsweredWhileTheDiskIsAway() {
    run(writer, "INSERT INTO t VALUES (1)");
    assertThat(Rows.of(reader, "SELECT v FROM t")).hasSize(1);
    reader.settle(Durability.RELAXED);
  }

  @Test
  void aStrictWriteWaitsInTheSameDatabase() throws Exception {
    run(writer, "INSERT INTO t VALUES (1)");
    assertWaits(writer);
  }

  @Test
  void aStrictReadWaitsForARelaxedCommitOfAnother() throws Exception {
    run(writer, "INSERT INTO t VALUES (1)");
    writer.settle(Durability.RELAXED);
    assertThat(Rows.of(reader, "SELECT v FROM t")).hasSize(1);
    assertWaits(reader);
  }

  @Test
  void aStrictAnswerWaitsForTheRelaxedOnesOfItsSessionBeforeIt() throws Exception {
    run(writer, "INSERT INTO t VALUES (1)");
    writer.settle(Durability.RELAXED);
    assertWaits(writer);
  }

  @Test
  void aSnapshotForABackupStaysStrict() throws Exception {
    run(writer, "INSERT INTO t VALUES (1)");
    writer.settle(Durability.RELAXED);
    CompletableFuture<?> snapshot =
        CompletableFuture.supplyAsync(
            () -> {
              try (Tenant.Use use = engine.tenants().get(TenantName.MAIN).use()) {
                return use.database().snapshotTo(folder.resolve("copy"), Duration.ofSeconds(30));
              }
            });
    assertThatThrownBy(() -> snapshot.get(200, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    storage().release();
    assertThat(snapshot.get(30, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void anOrderlyEndMakesRelaxedCommitsDurable() throws Exception {
    run(writer, "INSERT INTO t VALUES (7)");
    writer.settle(Durability.RELAXED);
    storage().release();
    writer.close();
    reader.close();
    engine.close();
    engine = TestEngine.start(folder.resolve("data"));
    assertThat(engine.rows("main", "SELECT v FROM t")).containsExactly(List.of("7"));
  }
}
