package io.dosql.engine.admin;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.tenant.Quarantine;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.TenantState;
import io.dosql.engine.tenant.TenantSummary;
import io.dosql.engine.tenant.Tenants;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the admin API says of tenants, and does to single ones. */
final class TenantAdmin {

  /** Who did what to which tenant: one line for each change that was asked for. */
  private static final Logger AUDIT = LoggerFactory.getLogger("io.dosql.audit");

  /** Quarantined tenants that the status names; the listing has them all. */
  private static final int QUARANTINED_SHOWN_MAX = 10;

  private final Tenants tenants;

  TenantAdmin(Tenants tenants) {
    this.tenants = tenants;
  }

  PodStatus.Tenants counts() {
    Map<String, Integer> states = new LinkedHashMap<>();
    tenants.states().forEach((state, count) -> states.put(state.text(), count));
    return new PodStatus.Tenants(
        tenants.total(),
        tenants.awake(),
        states,
        tenants.quarantined(QUARANTINED_SHOWN_MAX).stream()
            .flatMap(tenant -> quarantined(tenant).stream())
            .toList(),
        tenants.logBytesHeldByQuarantine());
  }

  private static Optional<PodStatus.QuarantinedTenant> quarantined(Tenant tenant) {
    return Optional.ofNullable(tenant.summary().quarantine())
        .map(
            quarantine ->
                new PodStatus.QuarantinedTenant(
                    tenant.name().value(), quarantine.reason(), quarantine.since()));
  }

  Page<TenantStatus> page(Optional<String> after, int limit) {
    List<Tenant> page = tenants.page(after.map(TenantName::parse).orElse(null), limit + 1);
    List<TenantStatus> shown = page.stream().limit(limit).map(TenantAdmin::describe).toList();
    return new Page<>(
        shown, page.size() > limit ? Optional.of(shown.getLast().name()) : Optional.empty());
  }

  private static TenantStatus describe(Tenant tenant) {
    String schemaVersion = tenant.schemaVersion();
    TenantSummary summary = tenant.summary();
    Quarantine quarantine = summary.quarantine();
    return new TenantStatus(
        tenant.name().value(),
        summary.state().text(),
        summary.lsn(),
        summary.sizeBytes(),
        schemaVersion == null || schemaVersion.isEmpty() ? null : schemaVersion,
        summary.isPinned(),
        quarantine == null
            ? null
            : new TenantStatus.Quarantine(
                quarantine.reason(), quarantine.since(), quarantine.tries()));
  }

  TenantStatus find(String name) {
    return describe(named(name));
  }

  private Tenant named(String name) {
    return tenants.require(TenantName.parse(name));
  }

  TenantStatus prewarm(String name) {
    Tenant tenant = named(name);
    tenant.use().close();
    return describe(tenant);
  }

  TenantStatus pin(String name) {
    Tenant tenant = named(name);
    tenants.pin(tenant.name());
    AUDIT.info("tenant {} is pinned", tenant.name());
    wake(tenant);
    return describe(tenant);
  }

  /** The pin holds all the same: it wakes when it can. */
  private static void wake(Tenant tenant) {
    try {
      tenant.use().close();
    } catch (DosqlException later) {
      AUDIT.warn("tenant {} is pinned, and cannot wake now: {}", tenant.name(), later.getMessage());
    }
  }

  TenantStatus unpin(String name) {
    Tenant tenant = named(name);
    if (tenants.unpin(tenant.name())) {
      AUDIT.info("tenant {} is not pinned any more", tenant.name());
    }
    return describe(tenant);
  }

  TenantStatus retry(String name) {
    Tenant tenant = named(name);
    if (tenant.state() == TenantState.QUARANTINED) {
      AUDIT.info("tenant {}, quarantined, is tried again", tenant.name());
      tenant.retry();
    }
    return describe(tenant);
  }

  boolean delete(String name) {
    TenantName parsed = TenantName.parse(name);
    boolean wasThere = tenants.delete(parsed);
    if (wasThere) {
      AUDIT.info("tenant {} is deleted", parsed);
    }
    return wasThere;
  }

  Operations.End cloneTenant(
      String work, OperationRequest.Clone request, Operations.ProgressListener progress) {
    progress.progressed(0, 1);
    Tenants.Cloned cloned =
        tenants.clone(work, TenantName.parse(request.source()), TenantName.parse(request.target()));
    AUDIT.info("tenant {} is a clone of {}", request.target(), request.source());
    progress.progressed(1, 1);
    return new Operations.End(
        new OperationResult.Cloned(
            request.source(), request.target(), cloned.sourceLsn(), cloned.lsn()),
        null);
  }
}
