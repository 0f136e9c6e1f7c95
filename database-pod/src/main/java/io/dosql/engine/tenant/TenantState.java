package io.dosql.engine.tenant;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Where a tenant is in its life. The transitions that there are, and no others:
 *
 * <pre>
 *   from         to           when
 *   ABSENT       WAKING       its first use makes it
 *                ASLEEP       the pod starts, and finds its files or commits
 *                RESTORING    a clone begins to fill it
 *   ASLEEP       WAKING       it is used
 *                ABSENT       it is deleted
 *                QUARANTINED  the pod's start found out that it is damaged
 *   WAKING       AWAKE        it is recovered and open
 *                ASLEEP       opening failed by what is no damage, such as a slow log
 *                QUARANTINED  it cannot be opened
 *   AWAKE        SLEEPING     it was idle, made room, is recovered, damaged or deleted
 *                RESTORING    a restore in place begins; who reads goes on
 *   SLEEPING     ASLEEP       its files are closed
 *                QUARANTINED  the same, because they were found damaged
 *   RESTORING    AWAKE        a restore in place has ended
 *                SLEEPING     the same, and the tenant must be recovered
 *                ASLEEP       the new content is in place
 *                ABSENT       a clone came to nothing
 *                QUARANTINED  the restore of a damaged tenant came to nothing
 *   QUARANTINED  WAKING       it is tried again
 *                RESTORING    a restore of it begins
 *                ABSENT       it is deleted
 * </pre>
 */
public enum TenantState {
  /** There is nothing under the name, neither files nor commits. */
  ABSENT,
  /** Its files are closed; nobody uses it. */
  ASLEEP,
  /** It is being recovered and opened. */
  WAKING,
  /** Its files are open. */
  AWAKE,
  /** Its files are being closed. */
  SLEEPING,
  /** Its content is being replaced: by a restore, or for the first time by a clone. */
  RESTORING,
  /** It could not be opened, or was found damaged. Nobody can use it. */
  QUARANTINED;

  /** The states that may follow. */
  Set<TenantState> next() {
    return switch (this) {
      case ABSENT -> EnumSet.of(WAKING, ASLEEP, RESTORING);
      case ASLEEP -> EnumSet.of(WAKING, ABSENT, QUARANTINED);
      case WAKING -> EnumSet.of(AWAKE, ASLEEP, QUARANTINED);
      case AWAKE -> EnumSet.of(SLEEPING, RESTORING);
      case SLEEPING -> EnumSet.of(ASLEEP, QUARANTINED);
      case RESTORING -> EnumSet.of(AWAKE, SLEEPING, ASLEEP, ABSENT, QUARANTINED);
      case QUARANTINED -> EnumSet.of(WAKING, RESTORING, ABSENT);
    };
  }

  /** The word in documents, metrics and logs. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
