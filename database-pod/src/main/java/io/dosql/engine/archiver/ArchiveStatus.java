package io.dosql.engine.archiver;

import io.dosql.engine.archive.ArchiveLine;
import io.dosql.engine.archive.log.LogSpan;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is told of archiving.
 *
 * @param line that is written
 * @param epoch of this process in it; 0 before it has one
 * @param lag age of the oldest durable commit that is not archived; zero if there is none
 * @param lagBytes of the log, from where the archive ends to what is durable
 * @param archivedTime time of the newest commit that this process has archived, or found archived
 * @param failure of the latest try; empty if it succeeded
 * @param gaps stretches of the log that the line never archived
 * @param lastGap the newest of them, in positions of the log
 * @param begunAt when the line was begun; empty before it was claimed, or if that is not known
 * @param newLine why the line was begun; empty if that was for a new directory, or is not known
 * @param objects log objects that this process has stored
 * @param bytes of them
 * @param failures tries that failed, by code
 */
public record ArchiveStatus(
    ArchiveState state,
    String line,
    long epoch,
    Duration lag,
    long lagBytes,
    Optional<Instant> archivedTime,
    Optional<Failure> failure,
    MaxLagPolicy onMaxLag,
    long gaps,
    Optional<LogSpan> lastGap,
    Optional<Instant> begunAt,
    Optional<ArchiveLine> newLine,
    long objects,
    long bytes,
    Map<ErrorCode, Long> failures) {

  /** Why a try failed. */
  public record Failure(ErrorCode code, String message, String suggestion, Instant time) {

    static Failure of(DosqlException failure, Instant time) {
      return new Failure(failure.code(), failure.getMessage(), failure.suggestion(), time);
    }
  }

  public ArchiveStatus {
    failures = Map.copyOf(failures);
  }

  /** Of a pod that does not archive. */
  public static ArchiveStatus off(String line) {
    return new ArchiveStatus(
        ArchiveState.OFF,
        line,
        0,
        Duration.ZERO,
        0,
        Optional.empty(),
        Optional.empty(),
        MaxLagPolicy.KEEP_SERVING,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        0,
        new EnumMap<>(ErrorCode.class));
  }
}
