package io.dosql.operator.database;

import io.dosql.operator.pod.PodStatus;

/** What the engine says of the data that it holds; pure. */
final class DataHealth {

  private DataHealth() {}

  /** The condition LogHealthy. */
  static ConditionValue log(PodStatus status) {
    PodStatus.Log log = status.log();
    if (log.damagedTenants() == 0) {
      return ConditionValue.holds("NoDamage", "The commit log is whole, as far as it is needed.");
    }
    String first =
        log.damage().isEmpty()
            ? ""
            : " First: tenant %s: %s."
                .formatted(log.damage().getFirst().tenant(), log.damage().getFirst().message());
    return ConditionValue.fails(
        new Problem(
            "LogDamaged",
            "%d tenants are not served, because the commit log lost commits of them.%s Restore them"
                    .formatted(log.damagedTenants(), first)
                + " from a backup with a DoSQLRestore; all others are served."));
  }

  /** The condition DiskHealthy. Tells no sizes: they would change the status all the time. */
  static ConditionValue disk(PodStatus status) {
    return status.checks().disk().equals(PodStatus.Store.ERROR)
        ? ConditionValue.fails(
            new Problem(
                "DiskNearlyFull",
                "The data volume is nearly full: writes are refused, reads go on. Make storage.size"
                    + " larger, or delete data."))
        : ConditionValue.holds("SpaceLeft", "The data volume has space left.");
  }
}
