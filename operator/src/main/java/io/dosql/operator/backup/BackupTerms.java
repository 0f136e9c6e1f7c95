package io.dosql.operator.backup;

import io.dosql.crds.ArchivePolicy;
import io.dosql.crds.BackupPolicy;
import io.dosql.crds.BackupTier;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.Retention;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a backup policy comes to: what it says, else what its tier says, else the defaults; pure.
 *
 * @param schedule cron expression of the backups; empty if they are only taken on demand
 * @param archiving whether commits are archived; if not, the fields about that mean nothing
 * @param interval between two log objects, as the engine reads it
 * @param maxLag a quantity; null leaves it to the engine
 * @param window how far back every commit can be restored
 * @param snapshotInterval as the engine reads it
 * @param keepLast how many backups are kept; empty if that rule keeps none
 * @param keepDays for how many days they are kept; empty if that rule keeps none
 */
public record BackupTerms(
    Optional<String> schedule,
    boolean archiving,
    String interval,
    @Nullable String maxLag,
    ArchivePolicy.OnMaxLag onMaxLag,
    Duration window,
    String snapshotInterval,
    Optional<Integer> keepLast,
    Optional<Integer> keepDays) {

  private static final String INTERVAL = "1s";
  private static final String INTERVAL_OF_HIGH = "1h";
  private static final String SNAPSHOT_INTERVAL = "24h";
  private static final int WINDOW_DAYS = 7;

  /** Nights at two are quiet in most places. */
  private static final int NIGHT_HOUR = 2;

  private static final int MINUTES_OF_AN_HOUR = 60;

  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

  public static BackupTerms of(DoSQLDatabase database, BackupPolicy policy) {
    ArchivePolicy archive = policy.archive();
    BackupTier tier = policy.tier();
    Optional<Retention> retention = Optional.ofNullable(policy.retention());
    Optional<Integer> last = retention.map(Retention::keepLast);
    Optional<Integer> days = retention.map(Retention::keepDays);
    Optional<Integer> daysOfTier = Optional.ofNullable(tier).map(BackupTerms::keepDays);
    return new BackupTerms(
        Optional.ofNullable(policy.schedule())
            .or(() -> Optional.ofNullable(tier).map(named -> schedule(named, minute(database)))),
        isArchiving(archive.mode(), tier),
        archive.interval() == null ? interval(tier) : archive.interval(),
        archive.maxLag(),
        archive.onMaxLag() == null ? ArchivePolicy.OnMaxLag.KeepServing : archive.onMaxLag(),
        retention
            .map(Retention::window)
            .map(BackupTerms::duration)
            .orElseGet(() -> Duration.ofDays(daysOfTier.orElse(WINDOW_DAYS))),
        archive.snapshotInterval() == null ? SNAPSHOT_INTERVAL : archive.snapshotInterval(),
        last,
        last.isPresent() || days.isPresent() ? days : daysOfTier);
  }

  private static boolean isArchiving(ArchivePolicy.@Nullable Mode mode, @Nullable BackupTier tier) {
    return mode == null
        ? tier != BackupTier.Low && tier != BackupTier.Medium
        : mode == ArchivePolicy.Mode.Continuous;
  }

  private static String interval(@Nullable BackupTier tier) {
    return tier == BackupTier.High ? INTERVAL_OF_HIGH : INTERVAL;
  }

  private static int keepDays(BackupTier tier) {
    return switch (tier) {
      case Low -> 14;
      case Medium -> 30;
      case High -> 90;
      case Critical -> 365;
    };
  }

  private static String schedule(BackupTier tier, int minute) {
    return switch (tier) {
      case Low -> "%d %d * * 0".formatted(minute, NIGHT_HOUR);
      case Medium, High -> "%d %d * * *".formatted(minute, NIGHT_HOUR);
      case Critical -> "%d * * * *".formatted(minute);
    };
  }

  /** One for each name, so that a thousand databases do not all begin at once. */
  private static int minute(DoSQLDatabase database) {
    String name = database.getMetadata().getNamespace() + "/" + database.getMetadata().getName();
    return Math.floorMod(name.hashCode(), MINUTES_OF_AN_HOUR);
  }

  /** Whether any backup is deleted for its age. */
  public boolean hasRetention() {
    return keepLast.isPresent() || keepDays.isPresent();
  }

  /**
   * A time in one unit, such as {@code 500ms}, {@code 36h} or {@code 7d}.
   *
   * @throws IllegalArgumentException for anything else, which the CRD refuses
   */
  public static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(text + " is no time in ms, s, m, h or d");
    }
    long number = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }
}
