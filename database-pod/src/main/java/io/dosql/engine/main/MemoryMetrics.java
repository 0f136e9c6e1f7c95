package io.dosql.engine.main;

import io.prometheus.client.Collector;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import java.util.List;
import java.util.OptionalLong;

/** What {@code /metrics} says of memory: the budget's shares, and what is taken. */
final class MemoryMetrics extends Collector {

  private final MemoryBudget budget;
  private final ContainerMemory memory;
  private final MemoryGuard guard;

  MemoryMetrics(MemoryBudget budget, ContainerMemory memory, MemoryGuard guard) {
    this.budget = budget;
    this.memory = memory;
    this.guard = guard;
  }

  @Override
  public List<MetricFamilySamples> collect() {
    GaugeMetricFamily shares =
        new GaugeMetricFamily(
            "dosql_memory_budget_bytes", "Each part's share of the memory.", List.of("part"));
    add(shares, "limit", budget.limitBytes());
    add(shares, "jvm", MemoryBudget.JVM_BYTES);
    add(shares, "sockets", MemoryBudget.SOCKET_BYTES);
    add(shares, "heap", budget.heapBytes());
    add(shares, "heap_log_buffer", budget.logBufferBytes());
    add(shares, "heap_requests", budget.requestBytes());
    add(shares, "heap_results", budget.resultBytes());
    add(shares, "sqlite", budget.sqliteBytes());
    GaugeMetricFamily used =
        new GaugeMetricFamily(
            "dosql_memory_bytes",
            "Resident memory: all of it, and without the pages of files, which the kernel can drop.",
            List.of("kind"));
    add(used, "resident", memory.residentBytes());
    add(used, "unreclaimable", memory.usedBytes());
    return List.of(
        shares,
        used,
        new CounterMetricFamily(
            "dosql_memory_sheds",
            "Times that caches were dropped for lack of memory.",
            guard.sheds()));
  }

  private static void add(GaugeMetricFamily family, String kind, OptionalLong bytes) {
    bytes.ifPresent(known -> add(family, kind, known));
  }

  private static void add(GaugeMetricFamily family, String kind, long bytes) {
    family.addMetric(List.of(kind), (double) bytes);
  }
}
