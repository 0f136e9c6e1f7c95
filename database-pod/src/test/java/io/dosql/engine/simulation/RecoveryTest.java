package io.dosql.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.log.SimulatedLog;
import io.dosql.engine.session.Outcome;
import io.dosql.engine.session.Parameters;
import io.dosql.engine.session.RowSink;
import io.dosql.engine.session.SqlSession;
import io.dosql.engine.session.SqlStatement;
import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import io.dosql.engine.sqlite.SimulatedVfs;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantLimits;
import io.dosql.engine.tenant.TenantName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Stories that seeds of the simulation have told, each with the bug that it found. */
class RecoveryTest {

  private static final String MOUNT_POINT = "/dosql-recovery";

  private final Random random = new Random(1);
  private final Volume volume = new Volume(random);
  private final SimulatedClock clock = new SimulatedClock(random);
  private final Scheduler scheduler = new Scheduler(random, () -> clock.advance(1_000));
  private final EngineProcess.Environment environment =
      new EngineProcess.Environment(
          random,
          volume,
          new SimulatedFileSystem(Path.of(MOUNT_POINT), volume, scheduler::point)
              .root()
              .resolve("data"),
          clock,
          scheduler,
          SimulatedLog.smallOptions(Duration.ofMinutes(5)),
          new TenantLimits(
              10, 10, Duration.ofHours(1), 10, 4, 64 << 10, 1 << 20, 1 << 30, 1 << 20, 1 << 20, 0));

  RecoveryTest() {
    SimulatedVfs.mount(MOUNT_POINT, new SimulatedFiles(MOUNT_POINT, volume, scheduler));
  }

  @AfterEach
  void unmount() {
    SimulatedVfs.unmount();
    scheduler.close();
  }

  private interface Body {
    void run(EngineProcess process) throws Exception;
  }

  /** One life of the engine, which ends without notice. */
  private void live(Body body) throws Exception {
    scheduler.spawn(
        () -> {
          EngineProcess process = EngineProcess.start(environment);
          body.run(process);
          volume.end();
          process.bury();
          return true;
        });
    scheduler.run(() -> false);
  }

  private static void write(EngineProcess process, String tenant, String sql) {
    try (SqlSession session = process.sessions().open(tenant, Client.OPTIONS)) {
      session.executeScript(sql);
      session.settle();
    }
  }

  private static long count(EngineProcess process, String tenant) {
    long[] count = new long[1];
    RowSink sink =
        new RowSink() {
          @Override
          public void columns(List<Column> columns) {}

          @Override
          public void row(Row row) {
            count[0] = row.integer(0);
          }
        };
    try (SqlSession session = process.sessions().open(tenant, Client.OPTIONS)) {
      Outcome _ = session.execute(sql("SELECT count(*) FROM t"), sink);
      session.settle();
      return count[0];
    }
  }

  private static Tenant tenant(EngineProcess process, String name) {
    return process.tenants().tenants().get(new TenantName(name));
  }

  /**
   * The process is killed between the renaming of a state file and its sync. The next one must not
   * let the log go of commits because of what this file says, as long as a power failure can take
   * it back.
   */
  @Test
  void aStateFileWhoseNameIsNotDurableReleasesNothing() throws Exception {
    live(
        process -> {
          write(process, "a", "CREATE TABLE t (v); INSERT INTO t VALUES (1)");
          var _ = process.tenants().sleep(new TenantName("a")).get();
          write(process, "a", "INSERT INTO t VALUES (2)");
          volume.ignoreSyncs((path, target) -> target == Faults.Target.TENANT_FOLDER);
          var _ = process.tenants().sleep(new TenantName("a")).get();
        });
    volume.restartAfterKill();
    volume.ignoreSyncs((path, target) -> false);
    live(
        process -> {
          process.tenants().maintain();
          // Leaves the segment behind that holds what is at stake.
          write(process, "b", "CREATE TABLE t (v)");
          for (int i = 0; i < 40; i++) {
            write(process, "b", "INSERT INTO t VALUES (randomblob(9000))");
          }
          var _ = process.tenants().sleep(new TenantName("b")).get();
          write(process, "b", "INSERT INTO t VALUES (1)");
          for (int i = 0; i < 1_000 && process.log().oldest().bytes() == 0; i++) {
            // The housekeeper is another thread of the simulation.
            scheduler.giveWay();
          }
          assertThat(process.log().oldest().bytes()).as("released up to here").isPositive();
        });
    volume.restartAfterPowerLoss(0);
    live(
        process -> {
          assertThat(tenant(process, "a").summary().lsn()).isEqualTo(3);
          assertThat(count(process, "a")).isEqualTo(2);
        });
  }

  /**
   * A reader connection knows the schema of an empty database, and the disk fails when SQLite looks
   * whether that is still the newest. "No such table" would be a lie.
   */
  @Test
  void aTableIsNotSaidToBeMissingWhenTheSchemaCannotBeRead() throws Exception {
    live(
        process -> {
          try (SqlSession reader = process.sessions().open("a", Client.OPTIONS)) {
            write(process, "a", "CREATE TABLE old (v)");
            Outcome _ = reader.execute(sql("SELECT count(*) FROM old"), RowSink.NONE);
            // On the writer alone: a script would be read on a reader connection, too.
            Outcome _ = reader.execute(sql("CREATE TABLE t (v)"), RowSink.NONE);
            Outcome _ = reader.execute(sql("BEGIN TRANSACTION READONLY"), RowSink.NONE);
            Faults once = Faults.none().failReads(Faults.Target.WAL, 1);
            once.failsOnce = true;
            volume.setFaults(once);
            Outcome read = reader.execute(sql("SELECT count(*) FROM t"), RowSink.NONE);
            assertThat(volume.hasFailed()).isTrue();
            assertThat(read.rowsReturned()).isEqualTo(1);
          }
        });
  }

  private static SqlStatement sql(String text) {
    return new SqlStatement(text, Parameters.NONE);
  }
}
