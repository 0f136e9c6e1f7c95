package io.dosql.engine.archive.restore;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the errors for targets that the archive cannot bring back. */
final class NotRestorable {

  /** A commit that can be restored. */
  record Point(long lsn, Instant time) {

    @Override
    public String toString() {
      return "LSN %d of %s".formatted(lsn, time);
    }
  }

  private NotRestorable() {}

  /**
   * The target lies where there is nothing.
   *
   * @param reason continues "tenant a cannot be restored to …: "
   * @param before the nearest point before the target, if there is one
   * @param after the nearest one after it
   */
  static DosqlException because(
      String tenant,
      RestoreTarget target,
      String reason,
      Optional<Point> before,
      Optional<Point> after) {
    List<String> nearest = new ArrayList<>();
    before.ifPresent(point -> nearest.add(point + " before it"));
    after.ifPresent(point -> nearest.add(point + " after it"));
    return new DosqlException(
            ErrorCode.SNAPSHOT_NOT_AVAILABLE,
            "tenant %s cannot be restored to %s: %s".formatted(tenant, target.text(), reason))
        .withSuggestion(
            nearest.isEmpty()
                ? "Choose a moment that status.backup.oldestRestorable and newestRestorable enclose."
                : "The nearest restorable points are " + String.join(" and ", nearest) + ".");
  }
}
