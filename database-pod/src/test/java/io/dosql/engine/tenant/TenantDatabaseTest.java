package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TenantDatabaseTest {

  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path folder;
  private TestEngine engine;

  @BeforeEach
  void start() throws Exception {
    engine = TestEngine.start(folder.resolve("data"));
    engine.write("main", "CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
  }

  @AfterEach
  void stop() throws Exception {
    engine.close();
  }

  private static List<String> values(Path database) {
    try (SqliteConnection sqlite = SqliteConnection.open(database, OpenMode.READ_ONLY);
        SqliteStatement all = sqlite.prepare("SELECT group_concat(v) FROM t")) {
      assertThat(all.step()).isTrue();
      return List.of(all.text(0).split(","));
    }
  }

  @Test
  void aSnapshotHoldsExactlyTheCommitsUpToItsLsn() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    CompletableFuture<Void> writing =
        CompletableFuture.runAsync(
            () -> {
              while (!stop.get()) {
                long next = engine.tenants().get(TenantName.MAIN).summary().lsn() + 1;
                assertThat(engine.write("main", "INSERT INTO t (v) VALUES (" + next + ")"))
                    .isEqualTo(next);
              }
            });
    try (Tenant.Use use = engine.tenants().get(TenantName.MAIN).use()) {
      for (int i = 0; i < 20; i++) {
        Path copy = folder.resolve("copy-" + i + ".db");
        long lsn;
        do {
          Files.deleteIfExists(copy);
          lsn = use.database().snapshotTo(copy, LONG).lsn();
        } while (lsn < 2);
        assertThat(values(copy)).last().isEqualTo(String.valueOf(lsn));
        assertThat(values(copy)).hasSize((int) lsn - 1);
      }
    } finally {
      stop.set(true);
      writing.get();
    }
  }

  @Test
  void replacingTheContentIsOneCommit() throws Exception {
    engine.write("main", "INSERT INTO t (v) VALUES ('old')");
    Path copy = folder.resolve("copy.db");
    try (Tenant.Use use = engine.tenants().get(TenantName.MAIN).use()) {
      long lsn = use.database().snapshotTo(copy, LONG).lsn();
      engine.write("main", "DROP TABLE t");
      try (SqliteConnection source = SqliteConnection.open(copy, OpenMode.READ_ONLY)) {
        assertThat(use.database().replaceWith(source, LONG, () -> {})).isEqualTo(lsn + 2);
      }
    }
    assertThat(engine.rows("main", "SELECT v FROM t")).containsExactly(List.of("old"));
    Path crashed = folder.resolve("crashed");
    engine.copyTo(crashed);
    try (TestEngine after = TestEngine.start(crashed)) {
      assertThat(after.rows("main", "SELECT v FROM t")).containsExactly(List.of("old"));
      assertThat(after.rows("main", "PRAGMA integrity_check")).containsExactly(List.of("ok"));
    }
  }

  @Test
  void aTenantSleepsOnlyWhenUnusedAndWakesWithItsData() throws Exception {
    engine.write("main", "INSERT INTO t (v) VALUES (1)");
    Tenant tenant = engine.tenants().get(TenantName.MAIN);
    try (Tenant.Use use = tenant.use()) {
      tenant.sleep().get();
      assertThat(tenant.databaseIfAwake()).isSameAs(use.database());
    }
    tenant.sleep().get();
    assertThat(tenant.isAwake()).isFalse();
    assertThat(tenant.summary().lsn()).isEqualTo(2);
    assertThat(tenant.schemaVersion()).isEmpty();
    assertThat(tenant.isAwake()).isFalse();
    assertThat(engine.rows("main", "SELECT v FROM t")).hasSize(1);
  }

  @Test
  void aSleepingTenantPinsNothingInTheLog() throws Exception {
    engine.tenants().get(TenantName.MAIN).sleep().get();
    assertThat(engine.log().tenants()).isEmpty();
  }

  @Test
  void aFullDiskRefusesWritesAndServesReads() throws Exception {
    engine.close();
    TenantLimits greedy =
        new TenantLimits(
            10, 10, LONG, 10, 4, 1 << 20, 4 << 20, 1 << 30, 1 << 20, 16 << 20, Long.MAX_VALUE);
    engine = TestEngine.start(folder.resolve("data"), greedy);
    assertThat(engine.rows("main", "SELECT count(*) FROM t")).containsExactly(List.of("0"));
    assertThatThrownBy(() -> engine.write("main", "INSERT INTO t (v) VALUES (1)"))
        .isInstanceOfSatisfying(
            DosqlException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED))
        .hasMessageContaining("diskReserveBytes");
  }

  @Test
  void aTransactionBeyondItsLimitIsRefusedWhole() throws Exception {
    engine.close();
    TenantLimits small =
        new TenantLimits(10, 10, LONG, 10, 4, 1 << 20, 4 << 20, 2 << 20, 1 << 20, 16 << 20, 0);
    engine = TestEngine.start(folder.resolve("data"), small);
    assertThatThrownBy(
            () -> engine.write("main", "INSERT INTO t (v) VALUES (hex(zeroblob(4000000)))"))
        .isInstanceOfSatisfying(
            DosqlException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED))
        .hasMessageContaining("maxTransactionBytes");
    assertThat(engine.rows("main", "SELECT count(*) FROM t")).containsExactly(List.of("0"));
    engine.write("main", "INSERT INTO t (v) VALUES (1)");
  }

  private static final String ENDLESS =
      "INSERT INTO t (v) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
          + " SELECT hex(zeroblob(500)) FROM n";

  private void assertExhausted(String sql, String limit) {
    try (Tenant.Use use = engine.tenants().get(TenantName.MAIN).use()) {
      assertThatThrownBy(
              () ->
                  use.database()
                      .writeOnce(
                          LONG, connection -> connection.run(sql, false, LONG, s -> s.step())))
          .isInstanceOfSatisfying(
              DosqlException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.RESOURCE_EXHAUSTED))
          .hasMessageContaining(limit);
    }
    assertThat(engine.rows("main", "SELECT count(*) FROM t")).containsExactly(List.of("0"));
  }

  @Test
  void aTransactionBeyondItsLimitIsStoppedWhileItRuns() throws Exception {
    engine.close();
    TenantLimits small =
        new TenantLimits(10, 10, LONG, 10, 4, 64 << 10, 4 << 20, 4 << 20, 1 << 20, 16 << 20, 0);
    engine = TestEngine.start(folder.resolve("data"), small);
    assertExhausted(ENDLESS, "maxTransactionBytes");
    engine.write("main", "INSERT INTO t (v) VALUES (1)");
  }

  @Test
  void aDiskThatFillsUpStopsTheTransactionThatFillsItAndLetsOthersEnd() throws Exception {
    engine.close();
    AtomicLong free = new AtomicLong(1000);
    DiskGuard disk =
        new DiskGuard(
            new DiskGuard.Space() {
              @Override
              public long freeBytes() {
                return free.get();
              }

              @Override
              public long totalBytes() {
                return 2000;
              }
            },
            100);
    engine = TestEngine.start(folder.resolve("data"), TenantLimits.DEFAULT, disk);
    try (Tenant.Use use = engine.tenants().get(TenantName.MAIN).use()) {
      WriterLease lease = use.database().writer(LONG, LONG);
      assertThat(execute(lease, "BEGIN IMMEDIATE; INSERT INTO t (v) VALUES (1)")).isNull();
      free.set(50);
      disk.refresh();
      assertThatThrownBy(() -> lease.call(c -> c.run(ENDLESS, false, LONG, s -> s.step())))
          .hasMessageContaining("diskReserveBytes");
      assertThatThrownBy(() -> execute(lease, "BEGIN IMMEDIATE"))
          .hasMessageContaining("diskReserveBytes");
      lease.close();
      free.set(1000);
      disk.refresh();
      WriterLease another = use.database().writer(LONG, LONG);
      assertThat(execute(another, "BEGIN IMMEDIATE; INSERT INTO t (v) VALUES (2)")).isNull();
      free.set(50);
      disk.refresh();
      // What was begun in time may end, either way.
      assertThat(execute(another, "COMMIT")).isEqualTo(2);
      another.close();
    }
    assertThat(engine.rows("main", "SELECT v FROM t")).containsExactly(List.of("2"));
    assertThatThrownBy(() -> disk.checkRoomFor(1)).hasMessageContaining("1 bytes are needed");
    free.set(1000);
    disk.refresh();
    disk.checkRoomFor(900);
    assertThatThrownBy(() -> disk.checkRoomFor(901)).hasMessageContaining("901 bytes are needed");
  }

  private static @Nullable Long execute(WriterLease lease, String sql) {
    return lease
        .call(
            connection -> {
              connection.sqlite().execute(sql);
              return true;
            })
        .committedLsn();
  }

  @Test
  void vacuumIsACommitAlthoughSqliteAsksNobodyBeforeIt() throws Exception {
    for (int i = 0; i < 20; i++) {
      engine.write("main", "INSERT INTO t (v) VALUES (hex(randomblob(3000)))");
    }
    engine.write("main", "DELETE FROM t WHERE id % 2 = 0");
    long before = engine.tenants().get(TenantName.MAIN).summary().lsn();
    assertThat(engine.write("main", "VACUUM")).isEqualTo(before + 1);
    assertThat(engine.log().lastLsn("main")).hasValue(before + 1);
    Path crashed = folder.resolve("crashed");
    engine.copyTo(crashed);
    try (TestEngine after = TestEngine.start(crashed)) {
      assertThat(after.rows("main", "SELECT count(*) FROM t")).containsExactly(List.of("10"));
      assertThat(after.rows("main", "PRAGMA freelist_count")).containsExactly(List.of("0"));
      assertThat(after.rows("main", "PRAGMA integrity_check")).containsExactly(List.of("ok"));
    }
  }

  @Test
  void aTransactionThatWroteNothingIsNoCommit() {
    long before = engine.tenants().get(TenantName.MAIN).summary().lsn();
    for (String sql :
        List.of(
            "BEGIN IMMEDIATE; COMMIT",
            "UPDATE t SET v = 1 WHERE id = 99",
            "CREATE TABLE IF NOT EXISTS t (x)",
            "BEGIN; INSERT INTO t (v) VALUES (1); ROLLBACK",
            "SELECT 1")) {
      assertThat(engine.write("main", sql)).isEqualTo(before);
    }
  }

  @Test
  void severalCommitsInOneJobAreOneInTheLog() throws Exception {
    long before = engine.tenants().get(TenantName.MAIN).summary().lsn();
    assertThat(engine.write("main", "INSERT INTO t (v) VALUES (1); INSERT INTO t (v) VALUES (2)"))
        .isEqualTo(before + 1);
    Path crashed = folder.resolve("crashed");
    engine.copyTo(crashed);
    try (TestEngine after = TestEngine.start(crashed)) {
      assertThat(after.rows("main", "SELECT count(*) FROM t")).containsExactly(List.of("2"));
    }
  }

  @Test
  void onlyDeclaredTenantsAreMadeInDeclaredMode() throws Exception {
    Tenants.TenantAdmission declared =
        new Tenants.TenantAdmission(false, Set.of(new TenantName("shop")));
    assertThat(declared.admits(new TenantName("shop"))).isTrue();
    assertThat(declared.admits(TenantName.MAIN)).isTrue();
    assertThat(declared.admits(new TenantName("other"))).isFalse();
  }

  @Test
  void namesThatAreNoNamesTouchNoFile() {
    for (String name : List.of("../x", "", "A", "-a", "a".repeat(64), "a/b", "a\u0000", "ä", ".")) {
      assertThatThrownBy(() -> TenantName.parse(name))
          .isInstanceOfSatisfying(
              DosqlException.class,
              failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_REQUEST));
    }
    assertThat(TenantName.parse("a".repeat(63)).value()).hasSize(63);
  }

  @Test
  void aMissingDatabaseFileIsNotServedAsAnEmptyOne() throws Exception {
    Tenant tenant = engine.tenants().get(TenantName.MAIN);
    tenant.sleep().get();
    Files.delete(folder.resolve("data/tenants/main/data.db"));
    assertThatThrownBy(() -> engine.rows("main", "SELECT 1"))
        .isInstanceOfSatisfying(
            DosqlException.class,
            failure -> assertThat(failure.code()).isEqualTo(ErrorCode.TENANT_UNAVAILABLE))
        .hasMessageContaining("data.db is missing");
  }
}
