package io.dosql.engine.main;

import io.dosql.engine.admin.PodAdmin;
import io.dosql.engine.admin.PodStatus;
import io.dosql.engine.backup.StoreMonitor;
import io.prometheus.client.Collector;
import io.prometheus.client.GaugeMetricFamily;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@code /metrics} says of backups and their store. What is not known, such as the last backup
 * before there was one since the start, is left out rather than told as 0.
 */
final class BackupMetrics extends Collector {

  private static final double MILLIS_PER_SECOND = 1e3;

  private final PodAdmin admin;
  private final StoreMonitor store;

  BackupMetrics(PodAdmin admin, StoreMonitor store) {
    this.admin = admin;
    this.store = store;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    List<MetricFamilySamples> families = new ArrayList<>();
    Optional<PodStatus.LastBackup> last = admin.lastBackup();
    families.add(
        gauge(
            "dosql_last_backup_timestamp_seconds",
            "When the latest backup since the start ended, whatever came of it.",
            last.map(backup -> seconds(backup.time()))));
    families.add(
        gauge(
            "dosql_last_backup_succeeded",
            "1 if the latest backup since the start succeeded, 0 if it failed.",
            last.map(backup -> backup.succeeded() ? 1.0 : 0.0)));
    families.add(
        gauge(
            "dosql_last_good_backup_timestamp_seconds",
            "When the latest backup since the start that succeeded ended.",
            admin.lastGoodBackupTime().map(BackupMetrics::seconds)));
    families.add(
        gauge(
            "dosql_object_store_usable",
            "1 if the object store could be used when it was last tried, 0 if not.",
            usable()));
    return families;
  }

  private Optional<Double> usable() {
    return switch (store.health().state()) {
      case OK -> Optional.of(1.0);
      case ERROR -> Optional.of(0.0);
      case UNKNOWN -> Optional.empty();
    };
  }

  private static GaugeMetricFamily gauge(String name, String help, Optional<Double> value) {
    GaugeMetricFamily family = new GaugeMetricFamily(name, help, List.of());
    value.ifPresent(known -> family.addMetric(List.of(), known));
    return family;
  }

  private static double seconds(Instant time) {
    return time.toEpochMilli() / MILLIS_PER_SECOND;
  }
}
