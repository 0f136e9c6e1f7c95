package io.dosql.engine.archiver.chain;

import io.dosql.engine.log.LogPosition;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Commits that have begun in the log and not ended, from round to round. One that gets no further
 * part for long was given up by its tenant; should it be ended all the same, its tenant gets a
 * snapshot. Not thread safe.
 */
final class UnfinishedCommits {

  private record Seen(LogPosition firstPosition, int parts, long sinceNanos) {}

  private final long maxNanos;
  private final LongSupplier nanoTime;
  private Map<String, Seen> seen = new HashMap<>();

  UnfinishedCommits(Duration max, LongSupplier nanoTime) {
    this.maxNanos = max.toNanos();
    this.nanoTime = nanoTime;
  }

  /** Looks at all that a round has left unfinished; then {@link #isGivenUp} knows of them. */
  void look(Round round) {
    Map<String, Seen> now = new HashMap<>();
    for (TenantRound tenant : round.tenants()) {
      tenant
          .open()
          .ifPresent(
              commit -> {
                Seen current =
                    new Seen(commit.firstPosition(), commit.parts(), nanoTime.getAsLong());
                Seen before = seen.get(tenant.tenant());
                now.put(tenant.tenant(), isSame(current, before) ? before : current);
              });
    }
    seen = now;
  }

  private static boolean isSame(Seen current, @Nullable Seen before) {
    return before != null
        && before.firstPosition().equals(current.firstPosition())
        && before.parts() == current.parts();
  }

  boolean isGivenUp(TenantRound tenant) {
    Seen found = seen.get(tenant.tenant());
    return found != null && nanoTime.getAsLong() - found.sinceNanos() >= maxNanos;
  }
}
