package io.dosql.operator.backup;

import io.dosql.crds.Retention;
import io.dosql.operator.pod.StoredBackup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/** Says which backups of a complete listing are kept no longer; pure. */
public final class RetentionPlan {

  private RetentionPlan() {}

  /**
   * A backup is kept if either rule keeps it, if somebody is restoring it, or if it is the newest:
   * no rule may leave a database without a backup. A backup of some tenants only replaces none of
   * all of them: it is not counted, unless there are no others, and goes when a whole one of its
   * age would.
   *
   * @param stored all complete backups, in any order
   * @param partial names of backups that hold some tenants only
   * @param inUse names that a restore still needs
   * @return names, oldest first
   */
  public static List<String> prunable(
      List<StoredBackup> stored,
      Retention rules,
      Set<String> partial,
      Set<String> inUse,
      Instant now) {
    List<StoredBackup> newestFirst =
        stored.stream()
            .sorted(
                Comparator.comparing(StoredBackup::time)
                    .thenComparing(StoredBackup::name)
                    .reversed())
            .toList();
    boolean allPartial = stored.stream().map(StoredBackup::name).allMatch(partial::contains);
    List<String> names = new ArrayList<>();
    int newer = 0;
    for (StoredBackup backup : newestFirst) {
      if (newer > 0
          && !keptByCount(rules, newer)
          && !keptByTime(rules, backup, now)
          && !inUse.contains(backup.name())) {
        names.addFirst(backup.name());
      }
      newer += allPartial || !partial.contains(backup.name()) ? 1 : 0;
    }
    return List.copyOf(names);
  }

  /**
   * @param newer how many whole backups are newer
   */
  private static boolean keptByCount(Retention rules, int newer) {
    return rules.keepLast() != null && newer < rules.keepLast();
  }

  private static boolean keptByTime(Retention rules, StoredBackup backup, Instant now) {
    return rules.keepDays() != null
        && backup.time().isAfter(now.minus(Duration.ofDays(rules.keepDays())));
  }
}
