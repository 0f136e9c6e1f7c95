package io.dosql.operator.database;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The state of a database in one word. */
final class DatabasePhase {

  static final String CREATING = "Creating";
  static final String READY = "Ready";
  static final String DEGRADED = "Degraded";
  static final String NOT_READY = "NotReady";
  static final String STALLED = "Stalled";

  private static final Set<String> AFTER_CREATION = Set.of(READY, DEGRADED, NOT_READY);

  private DatabasePhase() {}

  /**
   * @param degraded whether something works less well than asked for, while SQL is served
   */
  static String of(@Nullable String previous, boolean serving, boolean stalled, boolean degraded) {
    if (serving) {
      return stalled || degraded ? DEGRADED : READY;
    }
    if (stalled) {
      return STALLED;
    }
    return previous != null && AFTER_CREATION.contains(previous) ? NOT_READY : CREATING;
  }
}
