package io.dosql.engine.http;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;

/** Counts requests. Routes are few and fixed, so that labels stay bounded. */
public final class HttpMetrics {

  private static final double NANOS_PER_SECOND = 1e9;

  private final Counter requests;
  private final Histogram duration;

  /** Registers its collectors with {@code registry}. */
  public HttpMetrics(CollectorRegistry registry, RequestGate gate) {
    requests =
        Counter.build("dosql_requests_total", "Requests answered, by route and error code or OK.")
            .labelNames("route", "code")
            .register(registry);
    duration =
        Histogram.build("dosql_request_duration_seconds", "From a request's head to its answer.")
            .labelNames("route")
            .buckets(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30)
            .register(registry);
    Gauge.build("dosql_requests_in_work", "Requests being worked on now.")
        .create()
        .setChild(
            new Gauge.Child() {
              @Override
              public double get() {
                return gate.inWork();
              }
            })
        .register(registry);
  }

  void count(String route, String code, long nanos) {
    requests.labels(route, code).inc();
    duration.labels(route).observe(nanos / NANOS_PER_SECOND);
  }
}
