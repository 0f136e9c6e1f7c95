package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.Snapshot;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.TenantSnapshot;
import io.dosql.engine.tenant.TenantState;
import io.dosql.engine.tenant.Tenants;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The tenants that this pod serves. */
public final class PodTenants implements ChainTenants {

  /** Longest time for the copy of one tenant. */
  private static final Duration COPY_MAX = Duration.ofMinutes(30);

  private final Supplier<Tenants> tenants;
  private final String line;

  /**
   * @param tenants waits until they are opened
   * @param line the archive line that the tenants' LSNs count in
   */
  public PodTenants(Supplier<Tenants> tenants, String line) {
    this.tenants = tenants;
    this.line = line;
  }

  @Override
  public List<String> names(@Nullable String after, int limit) {
    return tenants.get().page(after == null ? null : new TenantName(after), limit).stream()
        .map(tenant -> tenant.name().value())
        .toList();
  }

  @Override
  public Map<String, Long> deleted() {
    return tenants.get().deleted();
  }

  @Override
  public OptionalLong voidTo(String tenant) {
    return tenants.get().voidTo(new TenantName(tenant));
  }

  @Override
  public long lsn(String tenant) {
    Tenant found = tenants.get().find(new TenantName(tenant));
    return found == null ? 0 : found.summary().lsn();
  }

  @Override
  public Snapshot copy(String tenant, Path target) throws IOException {
    Tenant found = tenants.get().require(new TenantName(tenant));
    if (found.state() == TenantState.ABSENT) {
      // To use it would make it.
      throw new DosqlException(ErrorCode.NOT_FOUND, "there is no tenant " + tenant);
    }
    try (Tenant.Use use = found.use()) {
      TenantSnapshot taken = use.database().snapshotTo(target, COPY_MAX);
      return new Snapshot(
          tenant,
          line,
          taken.lsn(),
          taken.commitTime(),
          taken.commitTime(),
          taken.schemaVersion().isEmpty() ? null : taken.schemaVersion(),
          target,
          List.of());
    }
  }
}
