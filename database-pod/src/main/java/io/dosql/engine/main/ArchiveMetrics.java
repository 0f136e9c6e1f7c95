package io.dosql.engine.main;

import io.dosql.engine.archiver.ArchiveState;
import io.dosql.engine.archiver.ArchiveStatus;
import io.dosql.engine.archiver.chain.ChainStatus;
import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What {@code /metrics} says of archiving; not there where nothing is archived. */
final class ArchiveMetrics extends Collector {

  private static final double NANOS_PER_SECOND = 1e9;

  private final ArchiveView archive;

  ArchiveMetrics(ArchiveView archive) {
    this.archive = archive;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    ArchiveStatus status = archive.status().get();
    CounterMetricFamily failures =
        new CounterMetricFamily(
            "dosql_archive_failures", "Tries to archive that failed.", List.of("code"));
    status
        .failures()
        .forEach((code, count) -> failures.addMetric(List.of(code.name()), count.doubleValue()));
    GaugeMetricFamily states =
        new GaugeMetricFamily(
            "dosql_archive_state", "1 for the state that archiving is in.", List.of("state"));
    for (ArchiveState state : ArchiveState.values()) {
      states.addMetric(List.of(state.word()), state == status.state() ? 1 : 0);
    }
    List<MetricFamilySamples> families = new ArrayList<>(ofLogObjects(status));
    families.add(failures);
    families.add(states);
    archive.chainStatus().ifPresent(chains -> families.addAll(ofChains(chains)));
    return families;
  }

  private static List<MetricFamilySamples> ofChains(ChainStatus status) {
    CounterMetricFamily files =
        new CounterMetricFamily(
            "dosql_chain_files", "Files of chains stored since the start.", List.of("level"));
    status
        .files()
        .forEach(
            (level, count) ->
                files.addMetric(List.of(Integer.toString(level.number())), count.doubleValue()));
    return List.of(
        files,
        new GaugeMetricFamily(
            "dosql_chain_lag_seconds",
            "Age of the oldest archived commit that was in no chain when last looked.",
            status.lag(Instant.now()).toNanos() / NANOS_PER_SECOND),
        new GaugeMetricFamily(
            "dosql_chain_tenants_waiting",
            "Tenants whose chain waits for a snapshot.",
            status.tenantsInDebt()),
        new CounterMetricFamily(
            "dosql_chain_gaps",
            "How often the log did not reach back to where chains were.",
            status.gaps()),
        new CounterMetricFamily(
            "dosql_archive_deleted_objects",
            "Objects deleted since the start, for they were older than the window.",
            status.retention().deletedObjects()),
        new CounterMetricFamily(
            "dosql_archive_deleted_lines",
            "Lines deleted since the start, which had ended before the window.",
            status.retention().deletedLines()),
        new GaugeMetricFamily(
            "dosql_archive_retention_failing",
            "1 if what is older than the window could not be deleted.",
            status.retention().failure().isPresent() ? 1 : 0));
  }

  private static List<MetricFamilySamples> ofLogObjects(ArchiveStatus status) {
    return List.of(
        new GaugeMetricFamily(
            "dosql_archive_lag_seconds",
            "Age of the oldest durable commit that is not archived.",
            status.lag().toNanos() / NANOS_PER_SECOND),
        new GaugeMetricFamily(
            "dosql_archive_lag_bytes",
            "Bytes of the commit log that are not archived.",
            status.lagBytes()),
        new CounterMetricFamily("dosql_archive_objects", "Log objects stored.", status.objects()),
        new CounterMetricFamily(
            "dosql_archive_bytes", "Bytes of the log objects stored.", status.bytes()),
        new CounterMetricFamily(
            "dosql_archive_gaps",
            "Stretches of the log that the archive line lacks.",
            status.gaps()));
  }
}
