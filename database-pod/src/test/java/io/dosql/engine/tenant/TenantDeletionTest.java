package io.dosql.engine.tenant;

import static io.dosql.engine.tenant.TenantLifeTest.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dosql.engine.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deleting tenants, and making new ones of the same name. */
class TenantDeletionTest {

  private static final TenantName A = new TenantName("a");

  @TempDir Path folder;

  private List<String> entries() throws Exception {
    try (var all = Files.list(folder.resolve("tenants"))) {
      return all.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aDeletedTenantIsGoneAndRepeatingItIsHarmless() throws Exception {
    try (LifeBench bench = new LifeBench(folder)) {
      bench.write("a", "CREATE TABLE t (v)");
      assertThat(bench.tenants.delete(A)).isTrue();
      assertThat(bench.tenants.find(A)).isNull();
      assertThat(bench.tenants.delete(A)).isFalse();
      assertThat(bench.tenants.total()).isEqualTo(1);
      assertThat(bench.tenants.states().values()).containsExactlyInAnyOrder(1, 0, 0, 0, 0, 0, 0);
    }
    try (LifeBench bench = new LifeBench(folder)) {
      assertThat(bench.tenants.find(A)).isNull();
      assertThat(bench.log().tenants()).isEmpty();
    }
  }

  @Test
  void mainAndDeclaredTenantsAreNotDeleted() throws Exception {
    try (LifeBench bench = new LifeBench(folder, LifeBench.Setup.standard().declared("a"))) {
      bench.write("a", "CREATE TABLE t (v)");
      assertFails(ErrorCode.INVALID_REQUEST, "declared", () -> bench.tenants.delete(A));
      assertFails(
          ErrorCode.INVALID_REQUEST,
          "every database's",
          () -> bench.tenants.delete(TenantName.MAIN));
      assertThat(bench.rows("a", "SELECT count(*) FROM t")).containsExactly("0");
    }
  }

  @Test
  void aNewTenantOfTheNameIsEmptyAndNeverUsesAnLsnAgain() throws Exception {
    try (LifeBench bench = new LifeBench(folder)) {
      bench.write("a", "CREATE TABLE t (v)");
      assertThat(bench.write("a", "INSERT INTO t VALUES ('old')")).isEqualTo(2);
      assertThat(bench.tenants.delete(A)).isTrue();
      assertThat(bench.rows("a", "SELECT count(*) FROM sqlite_schema")).containsExactly("0");
      assertThat(bench.tenant("a").summary().lsn())
          .describedAs("what is at this LSN is empty, and 2 was not")
          .isEqualTo(3);
      assertThat(bench.write("a", "CREATE TABLE t (v)")).isEqualTo(4);
      assertThat(bench.write("a", "INSERT INTO t VALUES ('new')")).isEqualTo(5);
    }
    try (LifeBench bench = new LifeBench(folder)) {
      assertThat(bench.rows("a", "SELECT v FROM t")).containsExactly("new");
      assertThat(bench.tenants.delete(A)).isTrue();
    }
    try (LifeBench bench = new LifeBench(folder)) {
      assertThat(bench.write("a", "CREATE TABLE t (v)")).isEqualTo(7);
    }
  }

  @Test
  void commitsThatTheLogStillHasOfADeletedTenantAreVoid() throws Exception {
    Path crashed = folder.resolve("crashed");
    Path data = folder.resolve("data");
    try (LifeBench bench = new LifeBench(data)) {
      bench.write("a", "CREATE TABLE t (v)");
      bench.write("a", "INSERT INTO t VALUES ('old')");
      assertThat(bench.tenants.delete(A)).isTrue();
      LifeBench.copy(data, folder.resolve("crashed-empty"));
      bench.write("a", "CREATE TABLE u (v)");
      LifeBench.copy(data, crashed);
    }
    try (LifeBench bench = new LifeBench(folder.resolve("crashed-empty"))) {
      assertThat(bench.tenants.find(A)).isNull();
      assertThat(bench.write("a", "CREATE TABLE u (v)")).isEqualTo(4);
    }
    try (LifeBench bench = new LifeBench(crashed)) {
      assertThat(bench.rows("a", "SELECT name FROM sqlite_schema")).containsExactly("u");
      assertThat(bench.tenant("a").summary().lsn()).isEqualTo(4);
    }
  }

  @Test
  void whatIsRememberedOfDeletedTenantsIsBoundedByTheLog() throws Exception {
    try (LifeBench bench = new LifeBench(folder)) {
      for (int i = 0; i < 20; i++) {
        String name = "t" + i;
        bench.write(name, "CREATE TABLE t (v)");
        bench.write(name, "INSERT INTO t VALUES (1)");
        assertThat(bench.tenants.delete(new TenantName(name))).isTrue();
      }
      assertThat(entries()).filteredOn(entry -> entry.startsWith(".deleted.")).hasSize(20);
      bench.write("a", "CREATE TABLE t (v)");
      for (int i = 0; i < 8; i++) {
        bench.write("a", "INSERT INTO t VALUES (randomblob(500000))");
        bench.write("a", "DELETE FROM t");
        assertThat(bench.sleep("a")).isTrue();
      }
      assertThat(bench.tenants.delete(A)).isTrue();
      assertThat(entries())
          .filteredOn(entry -> entry.startsWith(".deleted."))
          .hasSize(1)
          .first()
          .asString()
          .startsWith(".deleted.a.");
      assertThat(bench.write("t3", "CREATE TABLE t (v)"))
          .describedAs("beyond those of all that are forgotten")
          .isEqualTo(4);
    }
    try (LifeBench bench = new LifeBench(folder)) {
      assertThat(bench.write("t4", "CREATE TABLE t (v)")).isEqualTo(4);
      assertThat(bench.write("t3", "CREATE TABLE u (v)")).isEqualTo(5);
    }
  }

  @Test
  void whoUsesTheTenantIsStoppedAndTold() throws Exception {
    try (LifeBench bench = new LifeBench(folder)) {
      bench.write("a", "CREATE TABLE t (v)");
      Tenant stale = bench.tenant("a");
      try (Tenant.Use use = stale.use()) {
        ReaderLease reader = use.database().reader(LifeBench.LONG);
        boolean isIdle = reader.call(connection -> connection.sqlite().isAutocommit());
        assertThat(isIdle).isTrue();
        CountDownLatch running = new CountDownLatch(1);
        CompletableFuture<String> statement = new CompletableFuture<>();
        Thread _ =
            Thread.startVirtualThread(
                () -> {
                  try {
                    running.countDown();
                    var _ =
                        use.database()
                            .writeOnce(
                                LifeBench.LONG,
                                connection ->
                                    connection.run(
                                        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1"
                                            + " FROM n) SELECT count(*) FROM n",
                                        false,
                                        Duration.ofMinutes(10),
                                        step -> step.step()));
                    statement.complete("it ended");
                  } catch (RuntimeException failure) {
                    statement.complete(failure.getMessage());
                  }
                });
        running.await();
        assertThat(bench.tenants.delete(A)).isTrue();
        assertThat(statement.get(30, TimeUnit.SECONDS)).contains("deleted");
        assertFails(
            ErrorCode.TXN_ABORTED,
            "deleted",
            () -> reader.call(connection -> connection.sqlite().isAutocommit()));
        assertFails(
            ErrorCode.TXN_ABORTED,
            "deleted",
            () -> use.database().writeOnce(LifeBench.LONG, connection -> true));
        reader.close();
      }
      assertFails(ErrorCode.NOT_FOUND, "deleted", stale::use);
      bench.write("a", "CREATE TABLE u (v)");
      assertFails(ErrorCode.NOT_FOUND, "deleted", stale::use);
    }
  }

  @Test
  void aPinThatMeetsADeletionDoesNotOutliveTheTenant() throws Exception {
    try (LifeBench bench = new LifeBench(folder)) {
      bench.write("a", "CREATE TABLE t (v)");
      CountDownLatch isPinned = new CountDownLatch(1);
      CompletableFuture<?> busy =
          bench
              .tenant("a")
              .strand()
              .submit(() -> isPinned.await(LifeBench.LONG.toSeconds(), TimeUnit.SECONDS));
      Thread deleting =
          Thread.ofPlatform()
              .start(
                  () -> {
                    boolean _ = bench.tenants.delete(A);
                  });
      try {
        await().until(() -> deleting.getState() == Thread.State.TIMED_WAITING);
        bench.tenants.pin(A);
      } finally {
        isPinned.countDown();
      }
      busy.get();
      deleting.join();
      assertThat(bench.state("a")).isEqualTo(TenantState.ABSENT);
      bench.write("a", "CREATE TABLE t (v)");
      assertThat(bench.tenants.unpin(A)).isFalse();
    }
  }
}
