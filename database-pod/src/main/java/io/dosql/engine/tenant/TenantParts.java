package io.dosql.engine.tenant;

/** What the tenants of a pod have in common, beyond what they are given from outside. */
record TenantParts(
    TenantEnvironment environment,
    LifeLimits life,
    TenantFolders folders,
    AwakeTenants awake,
    TenantCensus census) {

  long nowNanos() {
    return environment.nanoTime().getAsLong();
  }
}
