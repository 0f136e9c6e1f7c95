package io.dosql.operator.database;

import io.dosql.operator.backup.BackupTerms;
import io.dosql.operator.pod.EngineError;
import io.dosql.operator.pod.PodStatus.Archive;
import io.dosql.operator.pod.PodStatus.ArchiveError;
import io.dosql.operator.pod.PodStatus.Gap;
import io.dosql.operator.status.StoreTrouble;
import io.dosql.operator.status.Times;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether commits get into the archive; pure. */
final class ArchiveHealth {

  static final String GAP_REASON = "GapInArchive";

  private ArchiveHealth() {}

  /** The condition Archiving, of a database that is to archive. */
  static ConditionValue condition(Archive archive, BackupTerms terms) {
    return switch (archive.state()) {
      case "ok" -> ok(archive, terms);
      case "starting" ->
          ConditionValue.unknown("Starting", "The pod is finding the end of the archive.");
      case "off" ->
          ConditionValue.unknown(
              "NotStarted", "The pod archives nothing yet; it is replaced by one that does.");
      case "lagging" ->
          fails(
              "Lagging",
              "The archive is further behind than the interval of %s.".formatted(terms.interval()),
              archive,
              "It catches up by itself; if it stays so, the store or the network is too slow.");
      case "failing" ->
          fails(
              "Failing",
              "Commits cannot be stored, and that is tried again and again.",
              archive,
              kept(terms));
      case "stalled" ->
          fails(
              "Stalled",
              "The archive has stood still for some time, though there are commits to store.",
              archive,
              kept(terms));
      case "writesStopped" ->
          fails(
              "WritesStopped",
              "Writes are refused, as archive.onMaxLag asks for: more than archive.maxLag of the"
                  + " commit log is not stored.",
              archive,
              "They go on when half of it is; set onMaxLag to KeepServing to write at once, at the"
                  + " price of a gap.");
      case "fenced" ->
          fails(
              "Fenced",
              "Another pod writes this archive, so that this one refuses writes for good.",
              archive,
              "See that only one database uses the store's prefix and this volume; then delete the"
                  + " pod that is to go on, and it begins a line of its own.");
      default ->
          ConditionValue.unknown(
              "NotReported",
              "The engine does not say how its archive is (%s).".formatted(archive.state()));
    };
  }

  /** Why the window is not applied; empty if it is, or if nothing is known of it. */
  static Optional<Problem> retention(Archive archive) {
    return Optional.ofNullable(archive.retention())
        .flatMap(retention -> Optional.ofNullable(retention.error()))
        .map(
            error ->
                new Problem(
                    StoreTrouble.reason(error.code()),
                    "The engine cannot delete what is older than retention.window:"
                        + cause(error)));
  }

  private static ConditionValue ok(Archive archive, BackupTerms terms) {
    Gap gap = archive.lastGap();
    if (gap != null && isInWindow(gap, archive.oldestRestorable())) {
      return ConditionValue.fails(
          new Problem(
              GAP_REASON,
              ("Commits from %s to %s are in no archive: more than archive.maxLag could not be"
                      + " stored. Moments in between cannot be restored; all later ones can.")
                  .formatted(gap.from(), gap.to())));
    }
    return ConditionValue.holds(
        "Archiving", "Commits are stored every %s.".formatted(terms.interval()));
  }

  /** A gap whose end is a time and older than all that can be restored is of no interest. */
  private static boolean isInWindow(Gap gap, @Nullable Instant oldest) {
    Optional<Instant> end = Times.parse(gap.to());
    return oldest == null || end.isEmpty() || end.get().isAfter(oldest);
  }

  private static String kept(BackupTerms terms) {
    return switch (terms.onMaxLag()) {
      case KeepServing ->
          "The volume keeps what is not stored, up to archive.maxLag; beyond that the archive gets a"
              + " gap.";
      case StopWrites ->
          "The volume keeps what is not stored, up to archive.maxLag; beyond that writes are"
              + " refused.";
    };
  }

  private static ConditionValue fails(
      String reason, String what, Archive archive, String consequence) {
    return ConditionValue.fails(
        new Problem(reason, what + cause(archive.error()) + " " + consequence));
  }

  /** The engine's own advice knows more than a table of codes. */
  private static String cause(@Nullable ArchiveError error) {
    if (error == null) {
      return "";
    }
    String advice =
        error.suggestion() == null ? StoreTrouble.advice(error.code()) : error.suggestion();
    String message = error.message();
    return " %s: %s"
        .formatted(
            error.code(), message == null ? advice : EngineError.followedBy(message, advice));
  }
}
