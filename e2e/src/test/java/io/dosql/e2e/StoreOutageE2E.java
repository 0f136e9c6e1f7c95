package io.dosql.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.RestoredTenant;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The archive's S3 server is killed, and its key exchanged, while clients write: all is
 * acknowledged, the status says what is wrong, and all is archived in the end.
 */
final class StoreOutageE2E {

  private static final String DATABASE = "orders";
  private static final String ARCHIVING = "Archiving";

  /** As long as a server is away at least. */
  private static final Duration OUTAGE = Duration.ofMinutes(1);

  private static final Duration HEALED_MAX = Duration.ofMinutes(3);
  private static final String FIRST_SECRET = "secret-of-the-first-key";
  private static final String SECOND_SECRET = "secret-of-the-second-key";

  @RegisterExtension static final TestNamespace NAMESPACE = new TestNamespace("outage");

  private static final StoreServer STORE = new StoreServer(NAMESPACE);

  private static SqlClient sql;
  private static RowWriter writer;
  private static RowWriter other;

  @BeforeAll
  static void createDatabase() throws Exception {
    STORE.create();
    STORE.makeBucket("archive");
    STORE.addKey("first", FIRST_SECRET);
    NAMESPACE.createS3Secret("first", FIRST_SECRET);
    NAMESPACE.applyDatabase(
        DATABASE, "backup:\n" + TestNamespace.store(STORE.inCluster(), "archive"));
    var _ = NAMESPACE.awaitReady(DoSQLDatabase.class, DATABASE);
    sql = NAMESPACE.sql(DATABASE);
    writer = new RowWriter(NAMESPACE.sql(DATABASE), "main");
    other = new RowWriter(NAMESPACE.sql(DATABASE), "other");
    awaitArchiving();
  }

  @AfterAll
  static void stopWriting() throws Exception {
    writer.close();
    other.close();
  }

  private static void awaitArchiving() {
    var _ = NAMESPACE.awaitCondition(DoSQLDatabase.class, DATABASE, ARCHIVING, "True", "Archiving");
  }

  @Test
  void aStoreThatIsKilledForAMinuteCostsNoRow() throws Exception {
    PodIdentity pod = PodIdentity.of(NAMESPACE, DATABASE);
    PodMetrics.awaitArchived(sql);
    Instant killed = Instant.now();
    STORE.kill();
    DoSQLDatabase stalled =
        NAMESPACE.awaitCondition(DoSQLDatabase.class, DATABASE, ARCHIVING, "False", "Stalled");
    assertThat(Conditions.message(stalled, ARCHIVING))
        .containsPattern("STORAGE_(UNAVAILABLE|TIMEOUT)")
        .contains(
            STORE.inCluster().toString(),
            "Check that the object store",
            "The volume keeps what is not stored");
    assertThat(Conditions.isTrue(stalled, "Ready")).as("the database serves on").isTrue();
    Awaitility.await("the minute to pass")
        .atMost(OUTAGE.multipliedBy(2))
        .until(() -> Instant.now().isAfter(killed.plus(OUTAGE)));
    var _ = writer.awaitAnother();
    // The store takes some more after it was told to go.
    Awaitility.await("seconds of commits that only the volume has")
        .atMost(OUTAGE)
        .until(
            () ->
                PodMetrics.value(sql.metrics(), "dosql_archive_lag_seconds")
                    > OUTAGE.toSeconds() - 10.0);

    STORE.start();
    awaitArchiving();
    PodMetrics.awaitArchived(sql);
    assertThat(PodIdentity.of(NAMESPACE, DATABASE)).as("the pod").isEqualTo(pod);
    everyRowComesBackAs("copy-after-outage");
  }

  @Test
  void aKeyThatIsExchangedCostsNoRow_andAWrongOneIsToldOf() throws Exception {
    PodIdentity pod = PodIdentity.of(NAMESPACE, DATABASE);
    STORE.addKey("second", SECOND_SECRET);
    NAMESPACE.createS3Secret("second", SECOND_SECRET);
    NAMESPACE.nudge(DATABASE);
    STORE.disableKey("first");
    awaitUploads();
    awaitArchiving();

    NAMESPACE.createS3Secret("second", "no-such-secret-of-a-key");
    NAMESPACE.nudge(DATABASE);
    DoSQLDatabase failing =
        NAMESPACE.await(
            DoSQLDatabase.class,
            DATABASE,
            "not to be archived",
            found ->
                Conditions.is(found, ARCHIVING, "False", "Failing")
                    || Conditions.is(found, ARCHIVING, "False", "Stalled"));
    assertThat(Conditions.message(failing, ARCHIVING))
        .contains("STORAGE_PERMISSION_DENIED", "SignatureDoesNotMatch", "Secret");

    NAMESPACE.createS3Secret("second", SECOND_SECRET);
    NAMESPACE.nudge(DATABASE);
    awaitArchiving();
    PodMetrics.awaitArchived(sql);
    assertThat(PodIdentity.of(NAMESPACE, DATABASE)).as("the pod").isEqualTo(pod);
    RowWriter.Row last = writer.last();
    PodMetrics.awaitArchived(sql);
    NAMESPACE.applyRestoreTo(
        "newest-plan", DATABASE, "tenants: [main]\nlatest: true\ndryRun: true");
    RestoredTenant planned = NAMESPACE.awaitRestored("newest-plan").getStatus().plan().getFirst();
    assertThat(Long.parseLong(planned.lsn())).isGreaterThanOrEqualTo(last.lsn());
    assertThat(writer.failures()).isEmpty();
    assertThat(other.failures()).isEmpty();
  }

  /** Two, since one may have been under way when the key was disabled. */
  private static void awaitUploads() throws Exception {
    double before = PodMetrics.logObjects(sql);
    Awaitility.await("log objects that are stored with the new key")
        .atMost(HEALED_MAX)
        .until(() -> PodMetrics.logObjects(sql) >= before + 2);
  }

  /** All that was acknowledged before this call is in another database that begins with it. */
  private static void everyRowComesBackAs(String copy) {
    RowWriter.Row last = writer.last();
    RowWriter.Row lastOther = other.last();
    PodMetrics.awaitArchived(sql);
    NAMESPACE.applyDatabase(copy, Bootstraps.latest(STORE.inCluster(), "archive", DATABASE));
    var _ =
        NAMESPACE.awaitCondition(
            DoSQLDatabase.class, copy, Bootstraps.CONDITION, "True", "Restored");
    var _ = NAMESPACE.awaitReady(DoSQLDatabase.class, copy);
    SqlClient restored = NAMESPACE.sql(copy);
    assertThat(writer.stored(restored, last.id()))
        .isEqualTo(writer.ids(row -> row.id() <= last.id()));
    assertThat(other.stored(restored, lastOther.id()))
        .isEqualTo(other.ids(row -> row.id() <= lastOther.id()));
    assertThat(writer.failures()).isEmpty();
    assertThat(other.failures()).isEmpty();
  }
}
