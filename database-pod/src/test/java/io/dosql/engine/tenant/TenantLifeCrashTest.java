package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process ends after each single step of deleting, cloning, making again and restoring: what is
 * on disk then is copied, and opened by another one. The tenant must be as before or as after.
 */
class TenantLifeCrashTest {

  private static final TenantName A = new TenantName("a");
  private static final TenantName B = new TenantName("b");

  @TempDir Path folder;

  /** What a crash after a step leaves. */
  private record Crash(String step, Path data) {}

  private final List<Crash> crashes = new ArrayList<>();
  private boolean crashing;

  private interface Work {
    void on(LifeBench bench) throws Exception;
  }

  /** Runs {@code work}, and crashes after each step of {@code tried}. */
  private List<Crash> crashesIn(Work before, Work tried) throws Exception {
    Path data = folder.resolve("data");
    LifeBench.Setup setup = LifeBench.Setup.standard().heard(step -> crash(step, data));
    try (LifeBench bench = new LifeBench(data, setup)) {
      before.on(bench);
      crashing = true;
      crash("nothing", data);
      tried.on(bench);
      crash("everything", data);
      crashing = false;
    }
    assertThat(crashes).hasSizeGreaterThan(4);
    return crashes;
  }

  private void crash(String step, Path data) {
    if (crashing) {
      Path copy = folder.resolve("crash-" + crashes.size());
      LifeBench.copy(data, copy);
      crashes.add(new Crash(step, copy));
    }
  }

  private static void makeSource(LifeBench bench) {
    bench.write("a", "CREATE TABLE t (v)");
    bench.write("a", "INSERT INTO t VALUES ('kept')");
    bench.write("a", "INSERT INTO t VALUES ('in the log')");
  }

  private static final String ROWS = "SELECT v FROM t ORDER BY 1";

  @Test
  void aTenantIsThereWholeOrDeleted() throws Exception {
    int gone = 0;
    for (Crash crash :
        crashesIn(
            TenantLifeCrashTest::makeSource,
            bench -> assertThat(bench.tenants.delete(A)).isTrue())) {
      try (LifeBench bench = new LifeBench(crash.data())) {
        if (bench.tenants.find(A) == null) {
          gone++;
          assertThat(bench.log().tenants()).describedAs(crash.step()).doesNotContain("a");
          assertThat(bench.write("a", "CREATE TABLE t (v)")).describedAs(crash.step()).isEqualTo(5);
          assertThat(bench.rows("a", ROWS)).isEmpty();
        } else {
          assertThat(gone).describedAs("after %s: it came back", crash.step()).isZero();
          assertThat(bench.rows("a", ROWS))
              .describedAs(crash.step())
              .containsExactly("in the log", "kept");
          assertThat(bench.write("a", "DELETE FROM t")).isEqualTo(4);
        }
        assertThat(bench.tenants.quarantined(9)).isEmpty();
      }
      // The second start finds what the first one has brought to an end.
      try (LifeBench bench = new LifeBench(crash.data())) {
        assertThat(bench.rows("a", ROWS)).describedAs(crash.step()).isEmpty();
      }
    }
    assertThat(gone).isGreaterThan(2);
  }

  @Test
  void aCloneIsThereWholeOrNotAtAllAndAskingAgainMakesIt() throws Exception {
    int made = 0;
    for (Crash crash :
        crashesIn(
            TenantLifeCrashTest::makeSource,
            bench -> assertThat(bench.tenants.clone("c", A, B).lsn()).isEqualTo(1))) {
      try (LifeBench bench = new LifeBench(crash.data())) {
        if (bench.tenants.find(B) != null) {
          made++;
          assertThat(bench.rows("b", ROWS))
              .describedAs(crash.step())
              .containsExactly("in the log", "kept");
        } else {
          assertThat(made).describedAs("after %s: it went away", crash.step()).isZero();
        }
        assertThat(bench.tenants.clone("c", A, B)).isEqualTo(new Tenants.Cloned(3, 1));
        assertThat(bench.rows("b", ROWS))
            .describedAs(crash.step())
            .containsExactly("in the log", "kept");
        assertThat(bench.rows("b", "PRAGMA integrity_check")).containsExactly("ok");
        assertThat(bench.write("b", "INSERT INTO t VALUES ('more')")).isEqualTo(2);
        assertThat(bench.rows("a", ROWS)).hasSize(2);
        assertThat(bench.tenants.quarantined(9)).isEmpty();
      }
      assertNothingIsLeftOver(crash);
    }
    assertThat(made).isGreaterThan(1);
  }

  private static void assertNothingIsLeftOver(Crash crash) throws Exception {
    try (var entries = Files.list(crash.data().resolve("tenants"))) {
      assertThat(entries.map(entry -> entry.getFileName().toString()))
          .describedAs(crash.step())
          .noneMatch(name -> name.startsWith(".new.") || name.startsWith(".copy."));
    }
  }

  @Test
  void aTenantThatIsMadeAgainCountsOnOrIsNotThere() throws Exception {
    for (Crash crash :
        crashesIn(
            bench -> {
              makeSource(bench);
              assertThat(bench.tenants.delete(A)).isTrue();
            },
            bench -> assertThat(bench.write("a", "CREATE TABLE t (v)")).isEqualTo(5))) {
      try (LifeBench bench = new LifeBench(crash.data())) {
        boolean isMade = bench.tenants.find(A) != null && bench.tenant("a").summary().lsn() == 5;
        assertThat(bench.write("a", isMade ? "SELECT 1" : "CREATE TABLE t (v)"))
            .describedAs(crash.step())
            .isEqualTo(5);
        assertThat(bench.rows("a", ROWS)).isEmpty();
      }
      assertNothingIsLeftOver(crash);
    }
  }

  @Test
  void aRestoreOfADamagedTenantIsThereWholeOrNotAtAll() throws Exception {
    Path content = LifeBench.databaseWith(folder.resolve("restored.db"), "restored");
    Path tenant = folder.resolve("data/tenants/a");
    int restored = 0;
    for (Crash crash :
        crashesIn(
            bench -> {
              makeSource(bench);
              assertThat(bench.sleep("a")).isTrue();
              Files.delete(tenant.resolve("data.db"));
              TenantLifeTest.assertFails(
                  io.dosql.engine.error.ErrorCode.TENANT_UNAVAILABLE,
                  "missing",
                  () -> bench.rows("a", ROWS));
            },
            bench -> assertThat(bench.fill("a", content).lsn()).isEqualTo(4))) {
      try (LifeBench bench = new LifeBench(crash.data())) {
        List<String> rows = null;
        try {
          rows = bench.rows("a", ROWS);
        } catch (io.dosql.engine.error.DosqlException unavailable) {
          assertThat(unavailable.code())
              .isEqualTo(io.dosql.engine.error.ErrorCode.TENANT_UNAVAILABLE);
        }
        if (rows == null) {
          assertThat(restored).describedAs("after %s: it was undone", crash.step()).isZero();
          assertThat(bench.fill("a", content).lsn()).isBetween(4L, 5L);
        } else {
          restored++;
        }
        assertThat(bench.rows("a", ROWS)).describedAs(crash.step()).containsExactly("restored");
      }
      assertNothingIsLeftOver(crash);
    }
    assertThat(restored).isGreaterThan(1);
  }
}
