package io.dosql.engine.archive.log;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What is in a log object.
 *
 * @param lastPart the newest part that the line's objects hold up to this one; empty if none has
 *     any
 * @param tenants by name
 */
public record LogObjectIndex(Optional<LastPart> lastPart, List<TenantEntry> tenants) {

  public LogObjectIndex {
    tenants = List.copyOf(tenants);
    for (int i = 1; i < tenants.size(); i++) {
      if (tenants.get(i - 1).tenant().compareTo(tenants.get(i).tenant()) >= 0) {
        throw new IllegalArgumentException(
            "%s does not come after %s"
                .formatted(tenants.get(i).tenant(), tenants.get(i - 1).tenant()));
      }
    }
  }

  /** The entry of a tenant. */
  public Optional<TenantEntry> find(String tenant) {
    int low = 0;
    int high = tenants.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Comparator.<String>naturalOrder().compare(tenants.get(middle).tenant(), tenant);
      if (order == 0) {
        return Optional.of(tenants.get(middle));
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return Optional.empty();
  }
}
