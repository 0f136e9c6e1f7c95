package io.dosql.e2e;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;

/** What a database's pod says of its archive, read from its metrics. */
final class PodMetrics {

  private static final Duration ARCHIVED_MAX = Duration.ofMinutes(2);

  private PodMetrics() {}

  /** The value of the sample with this name and these labels, as they are written; 0 without it. */
  static double value(String metrics, String sample) {
    return metrics
        .lines()
        .filter(line -> line.startsWith(sample + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
        .findFirst()
        .orElse(0);
  }

  /** How many log objects the pod has stored since its start. */
  static double logObjects(SqlClient sql) throws IOException {
    return value(sql.metrics(), "dosql_archive_objects_total");
  }

  /** Waits until all that was acknowledged before this call is archived. */
  static void awaitArchived(SqlClient sql) {
    Instant moment = now(sql);
    Awaitility.await("the archive to hold all commits up to " + moment)
        .atMost(ARCHIVED_MAX)
        .until(() -> isArchived(sql, moment));
  }

  private static boolean isArchived(SqlClient sql, Instant moment) throws IOException {
    Instant now = now(sql);
    String metrics = sql.metrics();
    double lag = value(metrics, "dosql_archive_lag_seconds");
    boolean told = metrics.contains("\ndosql_archive_lag_seconds ");
    return told && now.minusMillis((long) (lag * 1000)).isAfter(moment);
  }

  /** By the database's clock, to the millisecond. */
  static Instant now(SqlClient sql) {
    return Instant.ofEpochMilli(
        Long.parseLong(
            sql.column("main", "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)").getFirst()));
  }
}
