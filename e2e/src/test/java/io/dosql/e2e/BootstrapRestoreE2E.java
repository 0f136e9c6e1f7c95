package io.dosql.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLDatabase;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * New databases in another namespace begin with what one stored: only the bucket and a key of it
 * are needed, and the first database goes on unharmed. When that is lost with its volume, one of
 * its name, which stores in the same place, begins with all that it had acknowledged.
 */
final class BootstrapRestoreE2E {

  private static final String DATABASE = "orders";
  private static final Duration GONE_MAX = Duration.ofMinutes(2);

  @RegisterExtension static final TestNamespace FIRST = new TestNamespace("lost");
  @RegisterExtension static final TestNamespace OTHER = new TestNamespace("found");

  @Test
  void databasesInAnotherNamespaceBeginWithAMomentOrTheNewestState() throws Exception {
    URI endpoint = TestCluster.get().settings().s3InCluster();
    Bucket bucket = FIRST.createBucket();
    OTHER.createS3Secret(TestCluster.get().settings().s3SecretKey());
    FIRST.applyDatabase(DATABASE, bucket.name(), "");
    var _ = FIRST.awaitReady(DoSQLDatabase.class, DATABASE);
    SqlClient sql = FIRST.sql(DATABASE);
    List<RowWriter.Row> all;
    try (RowWriter writer = new RowWriter(FIRST.sql(DATABASE), "main");
        RowWriter north = new RowWriter(FIRST.sql(DATABASE), "north")) {
      Instant second = writer.awaitAnother().at().truncatedTo(ChronoUnit.SECONDS).plusSeconds(2);
      writer.awaitRow("a row of a second later", row -> row.at().isAfter(second.plusSeconds(1)));
      PodMetrics.awaitArchived(sql);
      long untilMoment = lastId(writer);
      long untilNewest = lastId(north);

      try (EarlyReadiness early = EarlyReadiness.watch()) {
        OTHER.applyDatabase(
            "moment",
            spec(endpoint, bucket.name(), "targetTime: \"%s\"".formatted(second))
                + "backup:\n"
                + TestNamespace.store(endpoint, bucket.name()));
        OTHER.applyDatabase("newest", spec(endpoint, bucket.name(), "latest: true"));
        awaitRestored(OTHER, "moment");
        awaitRestored(OTHER, "newest");
        assertThat(early.seen()).as("Ready before everything was restored").isEmpty();
      }

      List<String> moment = writer.stored(OTHER.sql("moment"), Long.MAX_VALUE);
      assertThat(moment)
          .as("rows of %s", second)
          .isEqualTo(writer.ids(row -> row.id() <= moment.size()))
          .containsAll(writer.ids(row -> nextAt(writer, row).compareTo(second) <= 0))
          .doesNotContainAnyElementsOf(writer.ids(row -> row.at().isAfter(second)));
      assertThat((long) moment.size()).isLessThan(untilMoment);
      SqlClient newest = OTHER.sql("newest");
      assertThat(north.stored(newest, untilNewest))
          .isEqualTo(north.ids(row -> row.id() <= untilNewest));

      assertThat(lines(bucket, FIRST.name() + "/" + DATABASE))
          .as("histories that were written where the first database stores")
          .hasSize(1);
      PodMetrics.awaitArchived(OTHER.sql("moment"));
      assertThat(lines(bucket, OTHER.name() + "/moment")).hasSize(1);
      RowWriter.Row last = writer.awaitAnother();
      assertThat(writer.stored(sql, last.id()))
          .as("the first database")
          .isEqualTo(writer.ids(row -> row.id() <= last.id()));
      assertThat(writer.failures()).isEmpty();
      assertThat(north.failures()).isEmpty();
      writer.close();
      all = writer.acknowledged();
    }

    deleteWithData(DATABASE);
    FIRST.applyDatabase(
        DATABASE,
        spec(endpoint, bucket.name(), "latest: true")
            + "backup:\n"
            + TestNamespace.store(endpoint, bucket.name()));
    awaitRestored(FIRST, DATABASE);
    assertThat(FIRST.sql(DATABASE).column("main", "SELECT id FROM written ORDER BY id"))
        .as("what the lost database had acknowledged")
        .isEqualTo(all.stream().map(row -> Long.toString(row.id())).toList());
  }

  private static long lastId(RowWriter writer) {
    return writer.last().id();
  }

  /** When the row after it was inserted: no earlier than the commit of this one. */
  private static Instant nextAt(RowWriter writer, RowWriter.Row row) {
    return writer.acknowledged().stream()
        .filter(next -> next.id() == row.id() + 1)
        .map(RowWriter.Row::at)
        .findFirst()
        .orElse(Instant.MAX);
  }

  private static String spec(URI endpoint, String bucket, String target) {
    return Bootstraps.of(
        endpoint, bucket, "namespace: %s\nname: %s".formatted(FIRST.name(), DATABASE), target);
  }

  private static void awaitRestored(TestNamespace namespace, String database) {
    var _ =
        namespace.awaitCondition(
            DoSQLDatabase.class, database, Bootstraps.CONDITION, "True", "Restored");
    var _ = namespace.awaitReady(DoSQLDatabase.class, database);
  }

  /** Only the bucket is left of it. */
  private static void deleteWithData(String database) {
    var _ = FIRST.resource(DoSQLDatabase.class, database).delete();
    var claim = FIRST.resource(PersistentVolumeClaim.class, "data-" + database + "-0");
    var _ = claim.delete();
    Awaitility.await("the first database and its volume to be gone")
        .atMost(GONE_MAX)
        .until(
            () ->
                claim.get() == null
                    && FIRST.client().pods().inNamespace(FIRST.name()).list().getItems().isEmpty());
  }

  private static Set<String> lines(Bucket bucket, String prefix) throws Exception {
    String folder = prefix + "/lines/";
    return bucket.keys(folder).stream()
        .map(key -> key.substring(folder.length()))
        .map(key -> key.substring(0, key.indexOf('/')))
        .collect(Collectors.toSet());
  }

  /** Databases of the second namespace that were Ready, and not restored. */
  private static final class EarlyReadiness implements Watcher<DoSQLDatabase>, AutoCloseable {
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private @Nullable Watch watch;

    static EarlyReadiness watch() {
      EarlyReadiness early = new EarlyReadiness();
      early.watch =
          OTHER.client().resources(DoSQLDatabase.class).inNamespace(OTHER.name()).watch(early);
      return early;
    }

    List<String> seen() {
      return List.copyOf(seen);
    }

    @Override
    public void eventReceived(Action action, DoSQLDatabase database) {
      if (Conditions.isTrue(database, "Ready")
          && !Conditions.isTrue(database, Bootstraps.CONDITION)) {
        seen.add(database.getMetadata().getName() + " " + database.getStatus());
      }
    }

    @Override
    public void onClose(WatcherException cause) {
      seen.add("the watch ended: " + cause);
    }

    @Override
    public void close() {
      if (watch != null) {
        watch.close();
      }
    }
  }
}
