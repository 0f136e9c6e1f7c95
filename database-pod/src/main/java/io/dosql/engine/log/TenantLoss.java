package io.dosql.engine.log;

/**
 * Commits of a tenant that damage of the log took, or may have taken.
 *
 * @param provenLsn up to here, from the redo point on, the log has all
 * @param firstLsn the first one that is missing: {@code provenLsn + 1} or later
 * @param lastLsn the last one that is missing; if that is not known, the highest that it can be
 * @param isExact whether it is known that they are missing, and which; else nobody can tell whether
 *     there were any
 * @param damage what took them
 */
public record TenantLoss(
    String tenant, long provenLsn, long firstLsn, long lastLsn, boolean isExact, LogDamage damage) {

  /** For people: what is lost, and why. */
  public String description() {
    String what =
        isExact
            ? "its commits of LSN %d to %d are lost".formatted(firstLsn, lastLsn)
            : "commits from LSN %d on may be lost".formatted(firstLsn);
    return what + ": " + damage.description();
  }
}
