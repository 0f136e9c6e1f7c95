package io.dosql.engine.session;

import io.dosql.engine.log.CommitLog;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.Tenants;

/** Sessions on the tenants of this pod. */
public final class TenantSessions implements Sessions {

  private final Tenants tenants;
  private final CommitLog log;

  public TenantSessions(Tenants tenants, CommitLog log) {
    this.tenants = tenants;
    this.log = log;
  }

  @Override
  public SqlSession open(String tenant, SessionOptions options) {
    Tenant found = tenants.get(TenantName.parse(tenant));
    return new TenantSession(found, log, options);
  }
}
