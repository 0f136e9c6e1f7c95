package io.dosql.operator.main;

import io.prometheus.client.Collector;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names of the metrics that the operator makes of databases' statuses. */
public final class OperatorMetricsFixture {

  private OperatorMetricsFixture() {}

  public static Set<String> names() {
    return new DatabaseMetrics(Stream::empty)
        .collect().stream()
            .map((Collector.MetricFamilySamples family) -> family.name)
            .collect(Collectors.toUnmodifiableSet());
  }
}
