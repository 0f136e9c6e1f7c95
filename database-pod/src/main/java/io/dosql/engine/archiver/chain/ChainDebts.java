package io.dosql.engine.archiver.chain;

import io.dosql.engine.log.LogPosition;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Tenants whose chain can only go on with a snapshot. Until it is there the log's commits of the
 * tenant are passed over: the snapshot will hold them. Not thread safe.
 */
final class ChainDebts {

  private record Debt(LogPosition since, long dueNanos) {}

  private final long retryNanos;
  private final LongSupplier nanoTime;
  private final Map<String, Debt> debts = new HashMap<>();

  ChainDebts(Duration retryAfter, LongSupplier nanoTime) {
    this.retryNanos = retryAfter.toNanos();
    this.nanoTime = nanoTime;
  }

  /**
   * Notes that a tenant needs a snapshot, unless that is known.
   *
   * @param since where its first commit begins that no chain holds
   */
  void add(String tenant, LogPosition since) {
    Debt _ = debts.putIfAbsent(tenant, new Debt(since, nanoTime.getAsLong()));
  }

  boolean contains(String tenant) {
    return debts.containsKey(tenant);
  }

  /** The one to try now: of those that are due, the oldest. */
  Optional<String> due() {
    long now = nanoTime.getAsLong();
    return debts.entrySet().stream()
        .filter(entry -> entry.getValue().dueNanos() - now <= 0)
        .min(
            Map.Entry.<String, Debt>comparingByValue(Comparator.comparing(Debt::since))
                .thenComparing(Map.Entry.comparingByKey()))
        .map(Map.Entry::getKey);
  }

  /** It did not work: not again before a while. */
  void postpone(String tenant) {
    Debt _ =
        debts.computeIfPresent(
            tenant, (name, debt) -> new Debt(debt.since(), nanoTime.getAsLong() + retryNanos));
  }

  void settle(String tenant) {
    Debt _ = debts.remove(tenant);
  }

  /** Where the first commit begins that waits. */
  Optional<LogPosition> oldest() {
    return debts.values().stream().map(Debt::since).min(Comparator.naturalOrder());
  }

  int size() {
    return debts.size();
  }
}
