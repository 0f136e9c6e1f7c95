package io.dosql.engine.archiver.chain;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Models of tenants as chains see a pod's; how one is copied is left to whoever has the log. */
abstract class ModelTenants implements ChainTenants {

  private final Map<String, ModelTenant> tenants;

  /** {@code tenants}: by name, in order. */
  ModelTenants(Map<String, ModelTenant> tenants) {
    this.tenants = tenants;
  }

  @Override
  public List<String> names(@Nullable String after, int limit) {
    return tenants.values().stream()
        .filter(tenant -> tenant.exists)
        .map(tenant -> tenant.name)
        .filter(name -> after == null || name.compareTo(after) > 0)
        .limit(limit)
        .toList();
  }

  @Override
  public Map<String, Long> deleted() {
    Map<String, Long> deleted = new TreeMap<>();
    for (ModelTenant tenant : tenants.values()) {
      if (tenant.tombstone > 0) {
        deleted.put(tenant.name, tenant.tombstone);
      }
    }
    return deleted;
  }

  @Override
  public OptionalLong voidTo(String name) {
    ModelTenant tenant = tenants.get(name);
    if (tenant == null) {
      return OptionalLong.of(0);
    }
    return tenant.exists ? OptionalLong.empty() : OptionalLong.of(tenant.tombstone);
  }

  @Override
  public long lsn(String name) {
    ModelTenant tenant = tenants.get(name);
    return tenant == null ? 0 : tenant.lsn;
  }
}
