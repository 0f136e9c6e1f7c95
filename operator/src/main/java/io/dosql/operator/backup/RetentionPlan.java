package io.dosql.operator.backup;

import io.dosql.operator.pod.StoredBackup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Says which backups of a complete listing are kept no longer; pure.
 *
 * <p>A backup is kept if either rule keeps it, if somebody is restoring it, or if it is the newest:
 * no rule may leave a database without a backup. One with a time of its own to expire is kept until
 * then and no longer, whatever the rules say. A backup of some tenants only replaces none of all of
 * them: it is not counted, unless there are no others, and goes when a whole one of its age would.
 *
 * @param keepLast how many whole backups are kept
 * @param keepDays for how many days backups are kept; if neither is there, the rules keep all
 * @param expiry when single backups expire, by name
 * @param partial names of backups that hold some tenants only
 * @param inUse names that a restore still needs
 */
public record RetentionPlan(
    Optional<Integer> keepLast,
    Optional<Integer> keepDays,
    Map<String, Instant> expiry,
    Set<String> partial,
    Set<String> inUse) {

  /** The same, but that these stay as well. */
  public RetentionPlan sparing(Set<String> restored) {
    return new RetentionPlan(keepLast, keepDays, expiry, partial, restored);
  }

  /**
   * What goes now.
   *
   * @param stored all complete backups, in any order
   * @return names, oldest first
   */
  public List<String> prunable(List<StoredBackup> stored, Instant now) {
    return prunable(stored, 0, now);
  }

  /**
   * What goes now or within {@code ahead}, if the schedule takes {@code newBackups} whole backups
   * by then.
   *
   * @return names, oldest first
   */
  public List<String> upcoming(
      List<StoredBackup> stored, int newBackups, Duration ahead, Instant now) {
    return prunable(stored, newBackups, now.plus(ahead));
  }

  private List<String> prunable(List<StoredBackup> stored, int newBackups, Instant time) {
    List<StoredBackup> newestFirst =
        stored.stream()
            .sorted(
                Comparator.comparing(StoredBackup::time)
                    .thenComparing(StoredBackup::name)
                    .reversed())
            .toList();
    boolean allPartial = stored.stream().map(StoredBackup::name).allMatch(partial::contains);
    List<String> names = new ArrayList<>();
    int newer = newBackups;
    for (StoredBackup backup : newestFirst) {
      if (newer > 0 && !isKept(backup, newer, time) && !inUse.contains(backup.name())) {
        names.addFirst(backup.name());
      }
      newer += allPartial || !partial.contains(backup.name()) ? 1 : 0;
    }
    return List.copyOf(names);
  }

  /**
   * @param newer how many whole backups are newer
   */
  private boolean isKept(StoredBackup backup, int newer, Instant time) {
    Instant end = expiry.get(backup.name());
    if (end != null) {
      return end.isAfter(time);
    }
    boolean keepsAll = keepLast.isEmpty() && keepDays.isEmpty();
    return keepsAll
        || keepLast.filter(last -> newer < last).isPresent()
        || keepDays.filter(days -> isYoung(backup, days, time)).isPresent();
  }

  private static boolean isYoung(StoredBackup backup, int days, Instant time) {
    return backup.time().isAfter(time.minus(Duration.ofDays(days)));
  }
}
