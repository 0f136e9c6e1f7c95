package io.dosql.quickstart.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScheduleAndRetentionTest {

  private static final String SCHEDULED =
      Examples.DATABASE + "    schedule: \"0 2 * * *\"\n    retention: {keepLast: 2}\n";

  @TempDir Path folder;
  private Cluster cluster;
  private final MovedClock clock = new MovedClock();

  /** The machine's clock, put forward. */
  private static final class MovedClock extends Clock {
    private volatile Duration offset = Duration.ZERO;

    void moveTo(Instant time) {
      offset = Duration.between(Instant.now(), time);
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(offset);
    }

    @Override
    public java.time.ZoneId getZone() {
      return java.time.ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      throw new UnsupportedOperationException("nobody asks this clock for a zone");
    }
  }

  @BeforeEach
  void start() throws IOException {
    cluster = new Cluster(folder, clock);
    cluster.startOperator();
    cluster.apply(Examples.S3_SECRET);
    cluster.apply(SCHEDULED);
    cluster.runPod("orders");
    cluster.awaitReady(DoSQLDatabase.class, "orders");
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private Instant promised() {
    DoSQLDatabase database =
        cluster.await(DoSQLDatabase.class, "orders", found -> found.getStatus().backup() != null);
    return Instant.parse(
        Objects.requireNonNull(Objects.requireNonNull(database.getStatus().backup()).nextTime()));
  }

  private List<String> backups() {
    return cluster
        .client
        .resources(DoSQLBackup.class)
        .inNamespace("default")
        .list()
        .getItems()
        .stream()
        .map(backup -> backup.getMetadata().getName())
        .sorted()
        .toList();
  }

  private void awaitAnotherPass() {
    int before = cluster.passes("DoSQLDatabase");
    cluster.touch("orders");
    await().atMost(Cluster.PATIENCE).until(() -> cluster.passes("DoSQLDatabase") > before);
  }

  private List<String> begun(String kind) {
    return cluster.engine.begun().stream().filter(begun -> begun.startsWith(kind)).toList();
  }

  private static String name(Instant time) {
    return "orders-" + time.toString().replaceAll("[-:Z]", "").replace('T', '-');
  }

  @Test
  void scheduledBackups_areTakenOnce_andOldOnesGo_withTheirResources() {
    Instant night = promised();
    for (int i = 0; i < 3; i++) {
      Instant now = night.plus(i, ChronoUnit.DAYS);
      clock.moveTo(now.plusSeconds(1));
      cluster.touch("orders");
      cluster.awaitReady(DoSQLBackup.class, name(now));
    }
    List<String> kept =
        List.of(name(night.plus(1, ChronoUnit.DAYS)), name(night.plus(2, ChronoUnit.DAYS)));
    await()
        .atMost(Cluster.PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(cluster.engine.backups()).containsExactlyElementsOf(kept);
              assertThat(backups()).containsExactlyElementsOf(kept);
            });
    DoSQLDatabase database =
        cluster.await(
            DoSQLDatabase.class,
            "orders",
            found -> Conditions.brief(found, "RetentionApplied").equals("True/Applied"));
    assertThat(database.getStatus().backup())
        .satisfies(
            backup -> {
              assertThat(backup.lastScheduledTime())
                  .isEqualTo(night.plus(2, ChronoUnit.DAYS).toString());
              assertThat(backup.nextTime()).isEqualTo(night.plus(3, ChronoUnit.DAYS).toString());
            });
    assertThat(begun("backup ")).hasSize(3);
  }

  @Test
  void oldBackupsWhoseDeletionTakesLong_areDeletedByOneOperation() {
    Instant night = promised();
    cluster.engine.hold();
    for (int i = 0; i < 3; i++) {
      Instant now = night.plus(i, ChronoUnit.DAYS);
      int taken = i;
      clock.moveTo(now.plusSeconds(1));
      cluster.touch("orders");
      await().atMost(Cluster.PATIENCE).until(() -> begun("backup ").size() > taken);
      cluster.engine.finish();
      cluster.engine.hold();
      cluster.awaitReady(DoSQLBackup.class, name(now));
    }
    await().atMost(Cluster.PATIENCE).until(() -> !begun("prune ").isEmpty());
    for (int minutes = 10; minutes <= 30; minutes += 10) {
      clock.moveTo(night.plus(2, ChronoUnit.DAYS).plus(minutes, ChronoUnit.MINUTES));
      // One may have begun before the clock was moved.
      awaitAnotherPass();
      awaitAnotherPass();
    }
    cluster.engine.finish();
    await().atMost(Cluster.PATIENCE).until(() -> cluster.engine.backups().size() == 2);
    assertThat(begun("prune ")).hasSize(1);
  }

  @Test
  void nightsWithoutAnOperator_areMadeUpForByOneBackup() {
    Instant night = promised();
    cluster.stopOperator();
    clock.moveTo(night.plus(5, ChronoUnit.DAYS).plusSeconds(600));
    cluster.startOperator();
    cluster.awaitReady(DoSQLBackup.class, name(night.plus(5, ChronoUnit.DAYS)));
    assertThat(backups()).hasSize(1);
  }
}
