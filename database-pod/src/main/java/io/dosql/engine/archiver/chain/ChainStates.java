package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.ChainState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * How far chains go, as far as it is remembered; else the store is asked. The least recently used
 * are forgotten. Not thread safe.
 */
final class ChainStates {

  private final ChainCatalog catalog;
  private final PutRate rate;
  private final Map<String, ChainState> known;

  ChainStates(ChainCatalog catalog, PutRate rate, int max) {
    this.catalog = catalog;
    this.rate = rate;
    this.known =
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, ChainState> eldest) {
            return size() > max;
          }
        };
  }

  /** The state of a tenant's chain; asks the store where it is not remembered. */
  ChainState get(String tenant) {
    ChainState state = known.get(tenant);
    return state == null ? load(tenant) : state;
  }

  /** The state as the store has it. */
  ChainState load(String tenant) {
    rate.acquire();
    ChainState state = catalog.state(tenant);
    known.put(tenant, state);
    return state;
  }

  Optional<ChainState> remembered(String tenant) {
    return Optional.ofNullable(known.get(tenant));
  }

  void set(String tenant, ChainState state) {
    known.put(tenant, state);
  }

  void forget(String tenant) {
    known.remove(tenant);
  }

  /** Those remembered whose state is as asked for. */
  List<String> where(Predicate<ChainState> condition) {
    return known.entrySet().stream()
        .filter(entry -> condition.test(entry.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }
}
