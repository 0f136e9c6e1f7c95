package io.dosql.engine.main;

import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.LogStatistics;
import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import io.prometheus.client.Histogram;
import java.util.ArrayList;
import java.util.List;

/** What {@code /metrics} says of the commit log. */
final class LogMetrics extends Collector {

  private static final double NANOS_PER_SECOND = 1e9;

  private final CommitLog log;
  private final Histogram batchRecords =
      Histogram.build("dosql_log_flush_batch_records", "Commit parts that one fsync made durable.")
          .buckets(1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
          .create();
  private final Histogram flushSeconds =
      Histogram.build("dosql_log_flush_duration_seconds", "Time to write and fsync one batch.")
          .buckets(.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1)
          .create();

  LogMetrics(CommitLog log) {
    this.log = log;
    log.onFlush(
        (records, bytes, nanos) -> {
          batchRecords.observe(records);
          flushSeconds.observe(nanos / NANOS_PER_SECOND);
        });
  }

  @Override
  public List<MetricFamilySamples> collect() {
    LogStatistics statistics = log.statistics();
    List<MetricFamilySamples> families = new ArrayList<>();
    families.addAll(batchRecords.collect());
    families.addAll(flushSeconds.collect());
    families.add(
        new CounterMetricFamily(
            "dosql_log_records", "Commit parts made durable.", statistics.flushedRecords()));
    families.add(
        new CounterMetricFamily(
            "dosql_log_written_bytes",
            "Bytes written to the commit log.",
            statistics.flushedBytes()));
    families.add(
        new GaugeMetricFamily(
            "dosql_log_size_bytes",
            "Disk space of the commit log's segments.",
            statistics.sizeBytes()));
    families.add(
        new GaugeMetricFamily(
            "dosql_log_unsettled_bytes",
            "Bytes of the commit log that are in memory only.",
            statistics.unsettledBytes()));
    families.add(
        new GaugeMetricFamily(
            "dosql_log_oldest_unsettled_seconds",
            "Age of the oldest commit part that is in memory only.",
            statistics.oldestUnsettledNanos() / NANOS_PER_SECOND));
    families.add(
        new GaugeMetricFamily(
            "dosql_log_waits_for_space",
            "1 while nothing becomes durable for lack of space on the disk.",
            log.waitsForSpace() ? 1 : 0));
    families.add(
        new GaugeMetricFamily(
            "dosql_log_segments", "Segments of the commit log.", statistics.segments()));
    return families;
  }
}
