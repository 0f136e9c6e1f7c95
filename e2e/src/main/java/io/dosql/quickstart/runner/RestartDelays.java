package io.dosql.quickstart.runner;

import java.time.Duration;

/**
 * How long a container that ended waits before it is started again: the first time not at all, then
 * longer and longer.
 *
 * @param second before the second start in a row, doubled from there
 * @param max the longest
 * @param resetAfter a run that lasted so long makes what was before forgotten
 */
public record RestartDelays(Duration second, Duration max, Duration resetAfter) {

  public static final RestartDelays DEFAULT =
      new RestartDelays(Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofMinutes(1));

  /** The delay after so many ends in a row. */
  Duration after(int ends) {
    if (ends <= 1) {
      return Duration.ZERO;
    }
    Duration delay = second;
    for (int end = 2; end < ends && delay.compareTo(max) < 0; end++) {
      delay = delay.multipliedBy(2);
    }
    return delay.compareTo(max) < 0 ? delay : max;
  }
}
