package io.dosql.engine.tenant;

import static io.dosql.engine.tenant.TenantLifeTest.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tenants that cannot be opened: told, left alone, tried again, restored, deleted. */
class QuarantineTest {

  private static final Duration SECOND = Duration.ofSeconds(1);

  @TempDir Path folder;

  private Path file(String tenant, String name) {
    return folder.resolve("tenants").resolve(tenant).resolve(name);
  }

  /** Tenant {@code a}, asleep at LSN 3, whose file is gone. */
  private LifeBench withLostFile() throws Exception {
    LifeBench bench = new LifeBench(folder);
    bench.write("a", "CREATE TABLE t (v)");
    bench.write("a", "INSERT INTO t VALUES ('old')");
    bench.write("a", "UPDATE t SET v = 'newer'");
    assertThat(bench.sleep("a")).isTrue();
    Files.move(file("a", "data.db"), folder.resolve("lost.db"));
    return bench;
  }

  private static Quarantine quarantine(LifeBench bench, String tenant) {
    return Objects.requireNonNull(bench.tenant(tenant).summary().quarantine());
  }

  private static DosqlException refusal(LifeBench bench) {
    DosqlException refusal =
        catchThrowableOfType(DosqlException.class, () -> bench.rows("a", "SELECT v FROM t"));
    assertThat(refusal.code()).isEqualTo(ErrorCode.TENANT_UNAVAILABLE);
    return refusal;
  }

  @Test
  void whatCannotBeOpenedIsToldAndNotTriedAtEachUse() throws Exception {
    try (LifeBench bench = withLostFile()) {
      DosqlException first = refusal(bench);
      assertThat(first).hasMessageContainingAll("data.db is missing", "LSN 3");
      assertThat(first.suggestion()).contains("Restore the tenant", "/admin/tenants/a/retry");
      for (int i = 0; i < 10; i++) {
        assertThat(refusal(bench)).hasMessageContaining("data.db is missing");
      }
      assertThat(quarantine(bench, "a").tries()).isEqualTo(1);
      assertThat(bench.state("a")).isEqualTo(TenantState.QUARANTINED);
      assertThat(bench.tenants.quarantined(10)).extracting(Tenant::name).hasToString("[a]");
      assertThat(bench.tenants.awake()).describedAs("it takes no place").isZero();
      assertThat(bench.tenant("a").schemaVersion()).isNull();
      assertThat(bench.write("b", "CREATE TABLE t (v)")).isEqualTo(1);
    }
  }

  @Test
  void triesComeEverLessOftenUpToABound() throws Exception {
    try (LifeBench bench = withLostFile()) {
      DosqlException _ = refusal(bench);
      int tries = 1;
      for (long delay : List.of(1, 2, 4, 8, 16, 32, 60, 60)) {
        assertThat(quarantine(bench, "a").retryAfter()).isEqualTo(Duration.ofSeconds(delay));
        bench.passAndMaintain(Duration.ofSeconds(delay).minusMillis(1));
        DosqlException _ = refusal(bench);
        assertThat(quarantine(bench, "a").tries()).isEqualTo(tries);
        bench.pass(Duration.ofMillis(1));
        DosqlException _ = refusal(bench);
        tries++;
        assertThat(quarantine(bench, "a").tries()).isEqualTo(tries);
      }
    }
  }

  @Test
  void whatIsMendedIsServedAgainByItselfOrOnDemand() throws Exception {
    try (LifeBench bench = withLostFile()) {
      DosqlException _ = refusal(bench);
      assertFails(ErrorCode.TENANT_UNAVAILABLE, "missing", () -> bench.tenant("a").retry());
      assertThat(quarantine(bench, "a").tries()).isEqualTo(2);
      Files.move(folder.resolve("lost.db"), file("a", "data.db"));
      bench.tenant("a").retry();
      assertThat(bench.rows("a", "SELECT v FROM t")).containsExactly("newer");
      assertThat(bench.tenant("a").summary().quarantine()).isNull();

      assertThat(bench.sleep("a")).isTrue();
      Files.move(file("a", "data.db"), folder.resolve("lost.db"));
      DosqlException _ = refusal(bench);
      Files.move(folder.resolve("lost.db"), file("a", "data.db"));
      bench.pass(SECOND);
      bench.tenants.maintain();
      await().until(() -> bench.state("a") == TenantState.AWAKE);
      assertThat(bench.tenants.quarantined(10)).isEmpty();
    }
  }

  @Test
  void aRestartKnowsWhoWasQuarantinedAndTriesThem() throws Exception {
    try (LifeBench bench = withLostFile()) {
      DosqlException _ = refusal(bench);
      bench.tenants.maintain();
    }
    try (LifeBench bench = new LifeBench(folder)) {
      assertThat(bench.state("a")).isEqualTo(TenantState.QUARANTINED);
      bench.tenants.maintain();
      await().until(() -> quarantine(bench, "a").tries() == 2);
      assertThat(quarantine(bench, "a").reason()).contains("data.db is missing");
    }
  }

  @Test
  void damageFoundWhileInUseQuarantinesTheTenantAndItsUsersAreTold() throws Exception {
    try (LifeBench bench = new LifeBench(folder)) {
      bench.write("a", "CREATE TABLE t (v); INSERT INTO t VALUES (hex(randomblob(20000)))");
      assertThat(bench.sleep("a")).isTrue();
      damagePage(2);
      try (Tenant.Use use = bench.use("a")) {
        WriterLease open = use.database().writer(LifeBench.LONG, LifeBench.LONG);
        assertThat(bench.state("a")).isEqualTo(TenantState.AWAKE);
        assertFails(
            ErrorCode.TENANT_UNAVAILABLE,
            "malformed",
            () ->
                use.database()
                    .readOnce(
                        LifeBench.LONG,
                        connection ->
                            connection.run(
                                "SELECT count(*) FROM t WHERE v > ''",
                                false,
                                LifeBench.LONG,
                                statement -> statement.step())));
        await().until(() -> bench.state("a") == TenantState.QUARANTINED);
        assertFails(
            ErrorCode.TXN_ABORTED,
            "damaged",
            () ->
                open.call(
                    connection -> {
                      connection.sqlite().execute("INSERT INTO t VALUES (1)");
                      return true;
                    }));
        open.close();
      }
      assertThat(refusal(bench)).hasMessageContaining("quarantined since");
      // Its file has the right size, so only a check can tell that it must not be served.
      bench.pass(SECOND);
      assertThat(refusal(bench)).hasMessageContaining("tries: 2");
      assertThat(bench.write("b", "CREATE TABLE t (v)")).isEqualTo(1);
    }
  }

  private void damagePage(int number) throws IOException {
    byte[] garbage = new byte[Connections.PAGE_SIZE];
    Arrays.fill(garbage, (byte) 0x5a);
    try (RandomAccessFile file = new RandomAccessFile(file("a", "data.db").toFile(), "rw")) {
      file.seek((number - 1L) * Connections.PAGE_SIZE);
      file.write(garbage);
    }
  }

  @Test
  void itsCommitsStayInTheLogAndThatIsSeen() throws Exception {
    Path crashed = folder.resolve("crashed");
    Path data = folder.resolve("data");
    try (LifeBench bench = new LifeBench(data)) {
      bench.write("a", "CREATE TABLE t (v); INSERT INTO t VALUES ('only in the log')");
      LifeBench.copy(data, crashed);
    }
    Path state = crashed.resolve("tenants/a/state.json");
    Files.writeString(state, "{");
    try (LifeBench bench = new LifeBench(crashed)) {
      assertThat(bench.state("a"))
          .describedAs("the start sees it")
          .isEqualTo(TenantState.QUARANTINED);
      long heldBefore = bench.tenants.logBytesHeldByQuarantine();
      assertThat(heldBefore).isPositive();
      bench.write("b", "CREATE TABLE t (v)");
      for (int i = 0; i < 6; i++) {
        bench.write("b", "INSERT INTO t VALUES (randomblob(1000000))");
      }
      assertThat(bench.sleep("b")).isTrue();
      assertThat(bench.tenants.logBytesHeldByQuarantine()).isGreaterThan(heldBefore + 6_000_000);
      Files.delete(state);
      bench.tenant("a").retry();
      assertThat(bench.rows("a", "SELECT v FROM t")).containsExactly("only in the log");
      assertThat(bench.sleep("a")).isTrue();
      assertThat(bench.tenants.logBytesHeldByQuarantine()).isZero();
      await().until(() -> bench.log().statistics().segments() <= 2);
    }
  }

  @Test
  void aRestoreEndsTheQuarantineAsACommitAndKeepsTheDamagedFiles() throws Exception {
    Path content = LifeBench.databaseWith(folder.resolve("restored.db"), "restored");
    try (LifeBench bench = withLostFile()) {
      DosqlException _ = refusal(bench);
      TenantChange.Filled filled = bench.fill("a", content);
      assertThat(filled.lsn()).describedAs("the LSN goes on counting").isEqualTo(4);
      Path kept = folder.resolve("tenants").resolve(Objects.requireNonNull(filled.aside()));
      assertThat(kept.resolve("state.json")).exists();
      assertThat(bench.state("a")).isEqualTo(TenantState.ASLEEP);
      assertThat(bench.rows("a", "SELECT v FROM t")).containsExactly("restored");
      assertThat(bench.write("a", "INSERT INTO t VALUES ('after')")).isEqualTo(5);
    }
    try (LifeBench bench = new LifeBench(folder)) {
      assertThat(bench.rows("a", "SELECT v FROM t")).containsExactly("restored", "after");
      assertThat(bench.tenant("a").summary().lsn()).isEqualTo(5);
    }
  }

  @Test
  void aRestoreOfWhoseNumberNothingIsKnownCountsFromBeyondAllThatItCanHaveBeen() throws Exception {
    Path content = LifeBench.databaseWith(folder.resolve("restored.db"), "restored");
    try (LifeBench bench = withLostFile()) {
      Files.writeString(file("a", "state.json"), "{");
      DosqlException _ = refusal(bench);
      long bound = bench.log().statistics().appended().bytes();
      long lsn = bench.fill("a", content).lsn();
      assertThat(lsn).isBetween(bound, bound + 1);
      assertThat(bench.write("a", "INSERT INTO t VALUES ('after')")).isEqualTo(lsn + 1);
    }
    try (LifeBench bench = new LifeBench(folder)) {
      assertThat(bench.rows("a", "SELECT v FROM t")).containsExactly("restored", "after");
    }
  }

  @Test
  void whatTheLogSaysIsDamagedForGoodLeavesOnlyByARestore() throws Exception {
    Path content = LifeBench.databaseWith(folder.resolve("restored.db"), "restored");
    try (LifeBench bench = new LifeBench(folder)) {
      bench.write("a", "CREATE TABLE t (v)");
    }
    try (LifeBench bench = new LifeBench(folder)) {
      TenantName a = new TenantName("a");
      bench.tenants.quarantine(a, "LSN 7 is damaged in the log", true);
      assertThat(refusal(bench)).hasMessageContaining("LSN 7 is damaged in the log");
      assertFails(ErrorCode.TENANT_UNAVAILABLE, "LSN 7", () -> bench.tenant("a").retry());
      long lsn = bench.fill("a", content).lsn();
      assertThat(lsn).isGreaterThan(7);
      assertThat(bench.rows("a", "SELECT v FROM t")).containsExactly("restored");
    }
  }

  @Test
  void onlySoManyDamagedCopiesAreKept() throws Exception {
    Path content = LifeBench.databaseWith(folder.resolve("restored.db"), "restored");
    try (LifeBench bench = withLostFile()) {
      for (int i = 0; i < 4; i++) {
        DosqlException _ = refusal(bench);
        assertThat(bench.fill("a", content).aside()).isNotNull();
        Files.delete(file("a", "data.db"));
        bench.pass(Duration.ofMinutes(1));
      }
      try (var entries = Files.list(folder.resolve("tenants"))) {
        assertThat(entries.filter(entry -> entry.toString().contains(".damaged."))).hasSize(2);
      }
    }
  }

  @Test
  void aRestoreThatFailsLeavesTheQuarantineAsItWas() throws Exception {
    Path bad = folder.resolve("bad.db");
    try (var source =
        io.dosql.engine.sqlite.SqliteConnection.open(bad, io.dosql.engine.sqlite.OpenMode.CREATE)) {
      source.execute("PRAGMA page_size = 8192; CREATE TABLE other (v)");
    }
    try (LifeBench bench = withLostFile()) {
      DosqlException _ = refusal(bench);
      Quarantine before = quarantine(bench, "a");
      assertThat(catchThrowableOfType(DosqlException.class, () -> bench.fill("a", bad)))
          .isNotNull();
      assertThat(quarantine(bench, "a")).isEqualTo(before);
      assertThat(bench.state("a")).isEqualTo(TenantState.QUARANTINED);
      assertThat(folder.resolve("tenants/.new.a")).doesNotExist();
      Files.move(folder.resolve("lost.db"), file("a", "data.db"));
      bench.tenant("a").retry();
      assertThat(bench.rows("a", "SELECT v FROM t")).containsExactly("newer");
    }
  }

  @Test
  void aQuarantinedTenantCanBeDeleted() throws Exception {
    try (LifeBench bench = withLostFile()) {
      DosqlException _ = refusal(bench);
      assertThat(bench.tenants.delete(new TenantName("a"))).isTrue();
      assertThat(bench.tenants.quarantined(10)).isEmpty();
      assertThat(bench.rows("a", "SELECT count(*) FROM sqlite_schema")).containsExactly("0");
      assertThat(bench.write("a", "CREATE TABLE t (v)")).isGreaterThan(3);
    }
  }
}
