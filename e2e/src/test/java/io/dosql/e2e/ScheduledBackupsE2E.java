package io.dosql.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A backup a minute, of which two are kept. */
final class ScheduledBackupsE2E {

  private static final String DATABASE = "ledger";
  private static final int KEPT = 2;
  private static final Duration FOUR_BACKUPS_MAX = Duration.ofMinutes(6);

  @RegisterExtension static final TestNamespace NAMESPACE = new TestNamespace("schedule");

  @Test
  void theScheduleTakesBackupsAndRetentionTakesOldOnesAway() throws Exception {
    Bucket bucket = NAMESPACE.createBucket();
    NAMESPACE.applyDatabase(DATABASE, bucket.name(), "");
    var _ = NAMESPACE.awaitReady(DoSQLDatabase.class, DATABASE);
    SqlClient sql = NAMESPACE.sql(DATABASE);
    var _ = sql.query("main", "CREATE TABLE entries (at TEXT)");
    // That of a backup before it would have to stay: commits between the two are counted from it.
    Awaitility.await("the snapshot that the chain begins with")
        .atMost(Duration.ofMinutes(2))
        .until(() -> snapshots(bucket).size() == 1);
    NAMESPACE.applyDatabase(
        DATABASE,
        bucket.name(),
        """
        schedule: "* * * * *"
        timeZone: Europe/Berlin
        retention:
          keepLast: %d
        """
            .formatted(KEPT));

    Set<String> seen = new TreeSet<>();
    Set<String> left =
        Awaitility.await("the fourth backup, and only two kept")
            .atMost(FOUR_BACKUPS_MAX)
            .pollInterval(Duration.ofSeconds(2))
            .until(
                () -> {
                  // A change for each backup, so that each has a snapshot of its own to prune.
                  var _ = sql.query("main", "INSERT INTO entries VALUES (datetime())");
                  Set<String> stored = complete(bucket);
                  seen.addAll(stored);
                  return stored;
                },
                stored -> seen.size() >= 2 * KEPT && stored.size() == KEPT);
    List<String> newest = new ArrayList<>(seen).subList(seen.size() - KEPT, seen.size());
    assertThat(left).containsExactlyElementsOf(newest);
    // And that of the chain.
    Awaitility.await("the snapshots of pruned backups to be gone")
        .atMost(Duration.ofMinutes(2))
        .until(() -> snapshots(bucket).size() <= KEPT + 1);
    Awaitility.await("the resources of pruned backups to be gone")
        .atMost(Duration.ofSeconds(30))
        .until(() -> backups().size() <= KEPT + 1);
    DoSQLDatabase database =
        NAMESPACE.awaitCondition(
            DoSQLDatabase.class, DATABASE, "LastBackupSucceeded", "True", "BackupCompleted");
    assertThat(database.getStatus().backup()).extracting(summary -> summary.nextTime()).isNotNull();
  }

  private static final Pattern COMPLETE = Pattern.compile(".*/backups/([^/]+)/backup\\.json");

  private static Set<String> complete(Bucket bucket) throws Exception {
    Set<String> names = new TreeSet<>();
    for (String key : bucket.keys("")) {
      Matcher matcher = COMPLETE.matcher(key);
      if (matcher.matches()) {
        names.add(matcher.group(1));
      }
    }
    return names;
  }

  private static List<String> snapshots(Bucket bucket) throws Exception {
    return bucket.keys("").stream().filter(key -> key.contains("/0009/")).toList();
  }

  private static List<DoSQLBackup> backups() {
    return NAMESPACE
        .client()
        .resources(DoSQLBackup.class)
        .inNamespace(NAMESPACE.name())
        .list()
        .getItems();
  }
}
