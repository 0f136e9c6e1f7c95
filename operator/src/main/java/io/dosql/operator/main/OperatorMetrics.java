package io.dosql.operator.main;

import io.dosql.operator.pod.EngineCallObserver;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Histogram;

/**
 * What the operator counts. Labels have few values: no names of resources, so that a thousand
 * databases make no thousand series.
 */
final class OperatorMetrics implements Metrics, EngineCallObserver {

  private final Counter reconciliations;
  private final Histogram durations;
  private final Counter engineRequests;

  OperatorMetrics(CollectorRegistry registry) {
    this.reconciliations =
        Counter.build()
            .name("dosql_operator_reconciliations_total")
            .help("Passes over a resource, by kind and result (ok, error).")
            .labelNames("kind", "result")
            .register(registry);
    this.durations =
        Histogram.build()
            .name("dosql_operator_reconciliation_seconds")
            .help("How long a pass over a resource took, by kind.")
            .labelNames("kind")
            .register(registry);
    this.engineRequests =
        Counter.build()
            .name("dosql_operator_engine_requests_total")
            .help(
                "Requests to engines' admin API, by request and outcome (ok, unavailable, or the"
                    + " engine's error code).")
            .labelNames("request", "outcome")
            .register(registry);
  }

  @Override
  public <T> T timeControllerExecution(ControllerExecution<T> execution) throws Exception {
    String result = "error";
    Histogram.Timer timer = durations.labels(execution.controllerName()).startTimer();
    try {
      T value = execution.execute();
      result = "ok";
      return value;
    } finally {
      timer.close();
      reconciliations.labels(execution.controllerName(), result).inc();
    }
  }

  @Override
  public void called(String request, String outcome) {
    engineRequests.labels(request, outcome).inc();
  }
}
