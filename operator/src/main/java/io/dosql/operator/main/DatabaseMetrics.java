package io.dosql.operator.main;

import io.dosql.crds.DatabaseStatus;
import io.dosql.crds.DatabaseStatus.BackupSummary;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.ResourceCondition;
import io.dosql.operator.status.ConditionSet;
import io.dosql.operator.status.ConditionType;
import io.dosql.operator.status.Times;
import io.prometheus.client.Collector;
import io.prometheus.client.GaugeMetricFamily;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What the statuses of databases say, for alerts. Read from the cache at each scrape, so that
 * nothing is left of a database that is gone. Only what fails, and what was verified, has a series:
 * a thousand databases that are well have a thousand at most.
 */
final class DatabaseMetrics extends Collector {

  /** Kubernetes' own tell these; Reconciling is no failure. */
  private static final Set<String> NOT_TOLD =
      Set.of(ConditionType.READY.text(), ConditionType.RECONCILING.text());

  private final Supplier<Stream<DoSQLDatabase>> databases;

  DatabaseMetrics(Supplier<Stream<DoSQLDatabase>> databases) {
    this.databases = databases;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    GaugeMetricFamily verified =
        new GaugeMetricFamily(
            "dosql_operator_backup_verified",
            "Whether the backup of a database that was verified last is whole (1) or not (0).",
            List.of("namespace", "database"));
    GaugeMetricFamily time =
        new GaugeMetricFamily(
            "dosql_operator_backup_verified_timestamp_seconds",
            "When a backup of a database was verified last.",
            List.of("namespace", "database"));
    GaugeMetricFamily failing =
        new GaugeMetricFamily(
            "dosql_operator_condition_failing",
            "1 for each condition of a database that says that something is wrong.",
            List.of("namespace", "database", "condition", "reason"));
    databases.get().forEach(database -> add(database, verified, time, failing));
    return List.of(verified, time, failing);
  }

  private static void add(
      DoSQLDatabase database,
      GaugeMetricFamily verified,
      GaugeMetricFamily time,
      GaugeMetricFamily failing) {
    DatabaseStatus status =
        Optional.ofNullable(database.getStatus()).orElseGet(DatabaseStatus::empty);
    String namespace = database.getMetadata().getNamespace();
    String name = database.getMetadata().getName();
    List<String> labels = List.of(namespace, name);
    ConditionSet.find(status.conditions(), ConditionType.BACKUPS_VERIFIED)
        .filter(condition -> !condition.status().equals(ConditionSet.UNKNOWN))
        .ifPresent(
            condition ->
                verified.addMetric(labels, condition.status().equals(ConditionSet.TRUE) ? 1 : 0));
    Optional.ofNullable(status.backup())
        .map(BackupSummary::lastVerifiedTime)
        .flatMap(Times::parse)
        .map(Instant::getEpochSecond)
        .ifPresent(seconds -> time.addMetric(labels, seconds));
    for (ResourceCondition condition : status.conditions()) {
      if (!NOT_TOLD.contains(condition.type()) && fails(condition)) {
        failing.addMetric(List.of(namespace, name, condition.type(), condition.reason()), 1);
      }
    }
  }

  /** Of Stalled, True is the bad news. */
  private static boolean fails(ResourceCondition condition) {
    String bad =
        condition.type().equals(ConditionType.STALLED.text())
            ? ConditionSet.TRUE
            : ConditionSet.FALSE;
    return condition.status().equals(bad);
  }
}
