package io.dosql.engine.tenant;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** How many tenants are in which state: kept current by transitions, so that nobody counts. */
final class TenantCensus {

  /** Has a count for each state; only the counts change. */
  private final Map<TenantState, AtomicInteger> counts = new EnumMap<>(TenantState.class);

  private final ConcurrentSkipListMap<TenantName, Tenant> quarantined =
      new ConcurrentSkipListMap<>();

  /** Tenants opened since the start. */
  final LongAdder wakes = new LongAdder();

  /** Tenants put to sleep to make room for others. */
  final LongAdder evictions = new LongAdder();

  TenantCensus() {
    for (TenantState state : TenantState.values()) {
      counts.put(state, new AtomicInteger());
    }
  }

  void entered(TenantState state) {
    int _ = of(state).incrementAndGet();
  }

  void left(TenantState state) {
    int _ = of(state).decrementAndGet();
  }

  private AtomicInteger of(TenantState state) {
    return Objects.requireNonNull(counts.get(state));
  }

  void moved(Tenant tenant, TenantState from, TenantState to) {
    left(from);
    entered(to);
    switch (to) {
      case QUARANTINED -> quarantined.put(tenant.name(), tenant);
      case AWAKE, ASLEEP, ABSENT -> quarantined.remove(tenant.name(), tenant);
      case WAKING, SLEEPING, RESTORING -> {}
    }
  }

  int count(TenantState state) {
    return of(state).get();
  }

  Map<TenantState, Integer> counts() {
    Map<TenantState, Integer> all = new EnumMap<>(TenantState.class);
    counts.forEach((state, count) -> all.put(state, count.get()));
    return all;
  }

  /** By name; a tenant that is being tried again, or restored, is still among them. */
  List<Tenant> quarantined(int max) {
    return quarantined.values().stream().limit(max).toList();
  }

  boolean isQuarantined(TenantName name) {
    return quarantined.containsKey(name);
  }
}
