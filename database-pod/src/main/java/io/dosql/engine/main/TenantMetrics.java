package io.dosql.engine.main;

import io.dosql.engine.tenant.DiskGuard;
import io.dosql.engine.tenant.Tenants;
import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.util.List;

/** What {@code /metrics} says of tenants and of the disk that they share. */
final class TenantMetrics extends Collector {

  private final Tenants tenants;
  private final DiskGuard disk;

  TenantMetrics(Tenants tenants, DiskGuard disk) {
    this.tenants = tenants;
    this.disk = disk;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    return List.of(
        states(),
        new CounterMetricFamily(
            "dosql_tenant_wakes", "Tenants opened since the start.", tenants.wakes()),
        new CounterMetricFamily(
            "dosql_tenant_evictions",
            "Tenants put to sleep to make room for others, since the start.",
            tenants.evictions()),
        new GaugeMetricFamily(
            "dosql_log_held_by_quarantine_bytes",
            "Bytes of the commit log that are kept for a quarantined tenant.",
            tenants.logBytesHeldByQuarantine()),
        new GaugeMetricFamily(
            "dosql_tenants_damaged",
            "Tenants that are not served because the commit log lost commits of them.",
            tenants.lost().size()),
        new CounterMetricFamily(
            "dosql_commits", "Commits of all tenants since the start.", tenants.commits()),
        new GaugeMetricFamily(
            "dosql_disk_free_bytes", "Free space of the data volume.", disk.freeBytes()),
        new GaugeMetricFamily(
            "dosql_disk_nearly_full",
            "1 while writes are refused for lack of space.",
            disk.isNearlyFull() ? 1 : 0));
  }

  private GaugeMetricFamily states() {
    GaugeMetricFamily family =
        new GaugeMetricFamily("dosql_tenants", "Tenants of this pod.", List.of("state"));
    tenants.states().forEach((state, count) -> family.addMetric(List.of(state.text()), count));
    return family;
  }
}
