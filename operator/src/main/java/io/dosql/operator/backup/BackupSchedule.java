package io.dosql.operator.backup;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** A cron expression of five fields in a time zone. Immutable; times have whole seconds. */
public final class BackupSchedule {

  private static final DateTimeFormatter NAME_TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  private final ExecutionTime times;
  private final ZoneId zone;

  private BackupSchedule(ExecutionTime times, ZoneId zone) {
    this.times = times;
    this.zone = zone;
  }

  /**
   * @throws InvalidScheduleException when either cannot be understood
   */
  public static BackupSchedule parse(String cron, String timeZone) throws InvalidScheduleException {
    ZoneId zone;
    try {
      zone = ZoneId.of(timeZone);
    } catch (DateTimeException e) {
      throw new InvalidScheduleException(
          "backup.timeZone '%s' is not known; use a name such as UTC or Europe/Berlin."
              .formatted(timeZone),
          e);
    }
    try {
      CronParser parser =
          new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
      return new BackupSchedule(ExecutionTime.forCron(parser.parse(cron).validate()), zone);
    } catch (IllegalArgumentException e) {
      throw new InvalidScheduleException(
          ("backup.schedule '%s' is not a cron expression of five fields, such as '0 2 * * *' for"
                  + " each night at two: %s")
              .formatted(cron, e.getMessage()),
          e);
    }
  }

  /** The first time after {@code after}; empty for a date that never comes, such as 30 February. */
  public Optional<Instant> next(Instant after) {
    return times.nextExecution(at(after)).map(ZonedDateTime::toInstant);
  }

  /** The newest time that is not after {@code notAfter}. */
  public Optional<Instant> latest(Instant notAfter) {
    // The library looks strictly before; a second later makes that inclusive.
    return times.lastExecution(at(notAfter).plusSeconds(1)).map(ZonedDateTime::toInstant);
  }

  private ZonedDateTime at(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).atZone(zone);
  }

  /** One name for one time of one database, so that two operators cannot make two backups of it. */
  public static String backupName(String database, Instant time) {
    return database + "-" + NAME_TIME.format(time);
  }
}
