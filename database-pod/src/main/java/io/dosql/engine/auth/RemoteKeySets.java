package io.dosql.engine.auth;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The fetched keys of all issuers. They outlive a change of the policy that does not concern them,
 * so that a change while an issuer is down costs nothing. Thread safe.
 */
final class RemoteKeySets {

  private final AuthLimits limits;
  private final LongSupplier nanoTime;
  private final Counter fetches;
  private final ConcurrentHashMap<KeyEndpoint, RemoteKeys> sets = new ConcurrentHashMap<>();

  RemoteKeySets(AuthLimits limits, LongSupplier nanoTime, CollectorRegistry registry) {
    this.limits = limits;
    this.nanoTime = nanoTime;
    this.fetches =
        Counter.build("dosql_auth_key_fetches_total", "Fetches of issuers' keys, by outcome.")
            .labelNames("outcome")
            .register(registry);
    Gauge.build("dosql_auth_issuers_failing", "Issuers whose keys could not be fetched last.")
        .create()
        .setChild(
            new Gauge.Child() {
              @Override
              public double get() {
                return sets.values().stream().filter(RemoteKeys::isFailing).count();
              }
            })
        .register(registry);
  }

  RemoteKeys of(KeyEndpoint endpoint) {
    return sets.computeIfAbsent(
        endpoint,
        wanted ->
            new RemoteKeys(
                wanted.issuer(),
                new KeyFetch(wanted, limits)::run,
                limits,
                nanoTime,
                worked -> fetches.labels(worked ? "ok" : "error").inc()));
  }

  void keepOnly(Set<KeyEndpoint> endpoints) {
    sets.keySet().retainAll(endpoints);
  }
}
