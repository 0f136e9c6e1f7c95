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
   * no rule may leave a database without a backup.
   *
   * @param stored all complete backups, in any order
   * @param inUse names that a restore still needs
   * @return names, oldest first
   */
  public static List<String> prunable(
      List<StoredBackup> stored, Retention rules, Set<String> inUse, Instant now) {
    List<StoredBackup> newestFirst =
        stored.stream()
            .sorted(
                Comparator.comparing(StoredBackup::time)
                    .thenComparing(StoredBackup::name)
                    .reversed())
            .toList();
    List<String> names = new ArrayList<>();
    for (int age = 1; age < newestFirst.size(); age++) {
      StoredBackup backup = newestFirst.get(age);
      if (!keptByCount(rules, age)
          && !keptByTime(rules, backup, now)
          && !inUse.contains(backup.name())) {
        names.addFirst(backup.name());
      }
    }
    return List.copyOf(names);
  }

  /** {@code age} is 0 for the newest. */
  private static boolean keptByCount(Retention rules, int age) {
    return rules.keepLast() != null && age < rules.keepLast();
  }

  private static boolean keptByTime(Retention rules, StoredBackup backup, Instant now) {
    return rules.keepDays() != null
        && backup.time().isAfter(now.minus(Duration.ofDays(rules.keepDays())));
  }
}
