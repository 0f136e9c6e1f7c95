package io.dosql.operator.backup;

import com.cronutils.model.Cron;
import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.field.CronFieldName;
import com.cronutils.model.field.expression.Always;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.util.Optional;

/**
 * A cron expression of five fields in a time zone. Immutable; times have whole seconds.
 *
 * <p>Where clocks are changed, a schedule of given hours has each of its times once: one that is
 * skipped comes when the clocks are put forward, one that is there twice the first time. A schedule
 * of every hour goes on as if nothing had happened.
 */
public final class BackupSchedule {

  private static final DateTimeFormatter NAME_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  private final ExecutionTime times;
  private final boolean everyHour;
  private final ZoneId zone;

  private BackupSchedule(Cron cron, ZoneId zone) {
    this.times = ExecutionTime.forCron(cron);
    this.everyHour = cron.retrieve(CronFieldName.HOUR).getExpression() instanceof Always;
    this.zone = zone;
  }

  /**
   * @param where the fields {@code schedule} and {@code timeZone} stand in the resource
   * @throws InvalidScheduleException when either cannot be understood
   */
  public static BackupSchedule parse(String where, String cron, String timeZone)
      throws InvalidScheduleException {
    ZoneId zone;
    try {
      zone = ZoneId.of(timeZone);
    } catch (DateTimeException e) {
      throw new InvalidScheduleException(
          "%s.timeZone '%s' is not known; use a name such as UTC or Europe/Berlin."
              .formatted(where, timeZone),
          e);
    }
    try {
      CronParser parser =
          new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
      return new BackupSchedule(parser.parse(cron).validate(), zone);
    } catch (IllegalArgumentException e) {
      throw new InvalidScheduleException(
          ("%s.schedule '%s' is not a cron expression of five fields, such as '0 2 * * *' for"
                  + " each night at two: %s")
              .formatted(where, cron, e.getMessage()),
          e);
    }
  }

  /** The first time after {@code after}; empty for a date that never comes, such as 30 February. */
  public Optional<Instant> next(Instant after) {
    Optional<ZonedDateTime> regular = times.nextExecution(at(after));
    while (regular.filter(this::isRepeated).isPresent()) {
      regular = regular.flatMap(times::nextExecution);
    }
    return regular
        .map(ZonedDateTime::toInstant)
        .map(time -> firstSkipped(after, time).orElse(time));
  }

  /** The newest time that is not after {@code notAfter}. */
  public Optional<Instant> latest(Instant notAfter) {
    // The library looks strictly before; a second later makes that inclusive.
    Optional<Instant> regular =
        times
            .lastExecution(at(notAfter).plusSeconds(1))
            .map(time -> isRepeated(time) ? time.withEarlierOffsetAtOverlap() : time)
            .map(ZonedDateTime::toInstant);
    return lastSkipped(regular, notAfter).or(() -> regular);
  }

  private Optional<Instant> firstSkipped(Instant after, Instant before) {
    ZoneOffsetTransition change = zone.getRules().nextTransition(after);
    while (change != null && change.getInstant().isBefore(before)) {
      if (skipsATime(change)) {
        return Optional.of(change.getInstant());
      }
      change = zone.getRules().nextTransition(change.getInstant());
    }
    return Optional.empty();
  }

  private Optional<Instant> lastSkipped(Optional<Instant> after, Instant notAfter) {
    ZoneOffsetTransition change = zone.getRules().previousTransition(notAfter.plusNanos(1));
    while (change != null && after.filter(change.getInstant()::isAfter).isPresent()) {
      if (skipsATime(change)) {
        return Optional.of(change.getInstant());
      }
      change = zone.getRules().previousTransition(change.getInstant());
    }
    return Optional.empty();
  }

  /** Whether the clocks have shown the time before, and were put back. */
  private boolean isRepeated(ZonedDateTime time) {
    return !everyHour && !time.withEarlierOffsetAtOverlap().equals(time);
  }

  /**
   * Whether the clocks are put forward over a time of the schedule. Half past two is when many take
   * their backups, and a night without one is a surprise.
   */
  private boolean skipsATime(ZoneOffsetTransition change) {
    return !everyHour
        && change.isGap()
        && times
            .nextExecution(change.getDateTimeBefore().minusSeconds(1).atZone(ZoneOffset.UTC))
            .map(ZonedDateTime::toLocalDateTime)
            .filter(change.getDateTimeAfter()::isAfter)
            .isPresent();
  }

  private ZonedDateTime at(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).atZone(zone);
  }

  /** One name for one time of one database, so that two operators cannot make two backups of it. */
  public static String backupName(String database, Instant time) {
    return database + "-" + NAME_TIME.format(time);
  }
}
