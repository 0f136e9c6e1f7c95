package io.dosql.operator.database;

import io.dosql.crds.DatabaseStatus;
import io.dosql.operator.pod.PodStatus;
import io.dosql.operator.pod.PodStatus.QuarantinedTenant;
import io.dosql.operator.pod.PodStatus.Tenants;
import io.dosql.operator.status.ConditionSet;
import io.dosql.operator.status.ConditionType;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether all tenants of a database can be used; pure. */
final class TenantHealth {

  private static final int NAMED_MAX = 3;
  private static final int REASON_CHARACTERS_MAX = 200;

  private TenantHealth() {}

  /**
   * The condition TenantsHealthy: as the engine tells, or told when it was last heard; empty for
   * engines that do not tell.
   */
  static Optional<ConditionValue> condition(
      DatabaseObservation observation, DatabaseStatus previous) {
    Optional<PodStatus> engine = observation.engineStatus();
    if (engine.isEmpty()) {
      return ConditionSet.find(previous.conditions(), ConditionType.TENANTS_HEALTHY)
          .map(old -> new ConditionValue(old.status(), old.reason(), old.message()));
    }
    Tenants tenants = engine.get().tenants();
    return tenants
        .quarantinedCount()
        .map(
            count ->
                count == 0
                    ? ConditionValue.holds("AllUsable", "Every tenant can be used.")
                    : ConditionValue.fails(
                        new Problem("TenantsQuarantined", message(count, tenants))));
  }

  private static String message(int count, Tenants tenants) {
    String named =
        tenants.quarantined().stream()
            .limit(NAMED_MAX)
            .map(TenantHealth::describe)
            .collect(Collectors.joining("; "));
    return "%d of %d tenants cannot be used: %s. Restore them with a DoSQLRestore that names them."
        .formatted(count, tenants.total(), count > NAMED_MAX ? named + "; …" : named);
  }

  private static String describe(QuarantinedTenant tenant) {
    String reason = tenant.reason();
    return "%s (%s)"
        .formatted(
            tenant.name(),
            reason.length() > REASON_CHARACTERS_MAX
                ? reason.substring(0, REASON_CHARACTERS_MAX) + "…"
                : reason);
  }
}
