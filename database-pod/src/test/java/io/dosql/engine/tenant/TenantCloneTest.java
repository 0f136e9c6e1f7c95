package io.dosql.engine.tenant;

import static io.dosql.engine.tenant.TenantLifeTest.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.LogPosition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tenants made from other ones. */
class TenantCloneTest {

  private static final TenantName A = new TenantName("a");
  private static final TenantName B = new TenantName("b");

  @TempDir Path folder;

  @Test
  void aCloneIsTheSourceAsOfOneCommitAndLivesItsOwnLife() throws Exception {
    try (LifeBench bench = new LifeBench(folder)) {
      bench.write("a", "CREATE TABLE t (v)");
      bench.write("a", "INSERT INTO t VALUES (1)");
      Tenants.Cloned cloned = bench.tenants.clone("c-1", A, B);
      assertThat(cloned).isEqualTo(new Tenants.Cloned(2, 1));
      bench.write("a", "INSERT INTO t VALUES (2)");
      assertThat(bench.write("b", "INSERT INTO t VALUES (3)")).isEqualTo(2);
      assertThat(bench.rows("a", "SELECT v FROM t")).containsExactly("1", "2");
      assertThat(bench.rows("b", "SELECT v FROM t")).containsExactly("1", "3");
      assertThat(bench.tenants.total()).isEqualTo(3);
    }
    try (LifeBench bench = new LifeBench(folder)) {
      assertThat(bench.rows("b", "SELECT v FROM t")).containsExactly("1", "3");
      assertThat(bench.rows("b", "PRAGMA integrity_check")).containsExactly("ok");
    }
  }

  @Test
  void askingAgainFindsWhatWasMadeAndOthersAreToldThatItIsThere() throws Exception {
    try (LifeBench bench = new LifeBench(folder)) {
      bench.write("a", "CREATE TABLE t (v)");
      Tenants.Cloned cloned = bench.tenants.clone("c-1", A, B);
      bench.write("b", "INSERT INTO t VALUES (3)");
      assertThat(bench.tenants.clone("c-1", A, B)).isEqualTo(cloned);
      assertFails(ErrorCode.TENANT_EXISTS, "b", () -> bench.tenants.clone("c-2", A, B));
      assertFails(ErrorCode.TENANT_EXISTS, "a", () -> bench.tenants.clone("c-1", B, A));
      assertFails(ErrorCode.TENANT_EXISTS, "a", () -> bench.tenants.clone("c-3", A, A));
      assertFails(
          ErrorCode.NOT_FOUND,
          "nobody",
          () -> bench.tenants.clone("c-4", new TenantName("nobody"), new TenantName("c")));
      assertThat(bench.tenants.find(new TenantName("c"))).isNull();
    }
    try (LifeBench bench = new LifeBench(folder)) {
      assertThat(bench.tenants.clone("c-1", A, B)).isEqualTo(new Tenants.Cloned(1, 1));
      assertThat(bench.rows("b", "SELECT v FROM t")).containsExactly("3");
    }
  }

  @Test
  void theSourceWritesOnAllTheTimeAndTheCloneHoldsExactlyItsLsn() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong written = new AtomicLong();
    try (LifeBench bench = new LifeBench(folder)) {
      bench.write("a", "CREATE TABLE t (v)");
      bench.write("a", "INSERT INTO t VALUES (randomblob(3000000))");
      Thread writer =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!stop.get()) {
                      written.set(bench.write("a", "INSERT INTO t VALUES (1)"));
                    }
                  });
      await().until(() -> written.get() > 5);
      Tenants.Cloned cloned = bench.tenants.clone("c-1", A, B);
      long after = written.get();
      await().until(() -> written.get() > after + 5);
      stop.set(true);
      writer.join();
      assertThat(bench.rows("b", "SELECT count(*) FROM t"))
          .containsExactly(String.valueOf(cloned.sourceLsn() - 1));
    }
  }

  @Test
  void aCloneUnderTheNameOfADeletedTenantCountsOn() throws Exception {
    try (LifeBench bench = new LifeBench(folder)) {
      bench.write("b", "CREATE TABLE old (v)");
      bench.write("a", "CREATE TABLE t (v)");
      assertThat(bench.tenants.delete(B)).isTrue();
      Tenants.Cloned cloned = bench.tenants.clone("c-1", A, B);
      assertThat(cloned.lsn()).isEqualTo(3);
      assertThat(bench.tenants.clone("c-1", A, B)).isEqualTo(cloned);
    }
    try (LifeBench bench = new LifeBench(folder)) {
      assertThat(bench.rows("b", "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1"))
          .containsExactly("__dosql_clones", "t");
    }
  }

  /** What is forgotten of deleted tenants moves up from where new ones count. */
  @Test
  void aCloneTellsTheSameLsnAgainAlsoWhenOthersAreDeletedMeanwhile() throws Exception {
    List<Runnable> whenCopied = new ArrayList<>();
    LifeBench.Setup setup =
        LifeBench.Setup.standard()
            .heard(
                step -> {
                  if (step.equals("copied a")) {
                    whenCopied.forEach(Runnable::run);
                  }
                });
    try (LifeBench bench = new LifeBench(folder, setup)) {
      bench.write("old", "CREATE TABLE t (v)");
      bench.write("old", "INSERT INTO t VALUES (1)");
      assertThat(bench.tenants.delete(new TenantName("old"))).isTrue();
      LogPosition deleted = bench.log().statistics().appended();
      bench.write("a", "CREATE TABLE t (v)");
      while (bench.log().oldest().compareTo(deleted) < 0) {
        bench.write("a", "INSERT INTO t VALUES (randomblob(500000))");
        bench.write("a", "DELETE FROM t");
        assertThat(bench.sleep("a")).isTrue();
      }
      bench.write("other", "CREATE TABLE t (v)");
      whenCopied.add(() -> assertThat(bench.tenants.delete(new TenantName("other"))).isTrue());
      Tenants.Cloned cloned = bench.tenants.clone("c-1", A, B);
      assertThat(cloned.lsn()).describedAs("beyond that of the oldest deletion").isEqualTo(4);
      assertThat(bench.tenants.clone("c-1", A, B)).isEqualTo(cloned);
    }
  }

  @Test
  void aCloneThatFailsLeavesNothing() throws Exception {
    try (LifeBench bench = new LifeBench(folder)) {
      bench.write("a", "CREATE VIEW __dosql_clones AS SELECT 1 AS v");
      assertFails(
          ErrorCode.INVALID_REQUEST, "__dosql_clones", () -> bench.tenants.clone("c-1", A, B));
      assertThat(bench.tenants.find(B)).isNull();
      assertThat(bench.tenants.states()).containsEntry(TenantState.RESTORING, 0);
      bench.write("a", "DROP VIEW __dosql_clones");
      assertThat(bench.tenants.clone("c-1", A, B).lsn()).isEqualTo(1);
    }
  }

  @Test
  void namesOfTenantsThatAreBeingMadeAreBusy() throws Exception {
    AtomicBoolean asked = new AtomicBoolean();
    LifeBench[] shared = new LifeBench[1];
    LifeBench.Setup setup =
        LifeBench.Setup.standard()
            .heard(
                step -> {
                  if (step.equals("committed its content")) {
                    assertFails(ErrorCode.TENANT_BUSY, "b", () -> shared[0].rows("b", "SELECT 1"));
                    assertFails(ErrorCode.TENANT_BUSY, "b", () -> shared[0].tenants.delete(B));
                    assertFails(
                        ErrorCode.TENANT_BUSY, "b", () -> shared[0].tenants.clone("c-2", A, B));
                    assertThat(shared[0].state("b")).isEqualTo(TenantState.RESTORING);
                    asked.set(true);
                  }
                });
    try (LifeBench bench = new LifeBench(folder, setup)) {
      shared[0] = bench;
      bench.write("a", "CREATE TABLE t (v)");
      assertThat(bench.tenants.clone("c-1", A, B).lsn()).isEqualTo(1);
      assertThat(asked).isTrue();
      assertThat(bench.rows("b", "SELECT count(*) FROM t")).isEqualTo(List.of("0"));
    }
  }
}
