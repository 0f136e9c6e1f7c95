package io.dosql.engine.admin;

import io.dosql.engine.archive.ArchiveLine;
import io.dosql.engine.archiver.ArchiveStatus;
import io.dosql.engine.archiver.chain.ChainFailure;
import io.dosql.engine.archiver.chain.ChainStatus;
import io.dosql.engine.archiver.chain.RestorableRange;
import io.dosql.engine.archiver.chain.RetentionStatus;
import io.dosql.engine.error.ErrorCode;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The pod as it is.
 *
 * @param database {@code <namespace>/<name>}
 * @param line the archive line of the data directory
 * @param lastBackup null before the first one since the start
 */
public record PodStatus(
    String version,
    String database,
    String line,
    Instant startedAt,
    Tenants tenants,
    Log log,
    Disk disk,
    Store store,
    Archive archive,
    @Nullable LastBackup lastBackup,
    Checks checks) {

  /**
   * How many tenants there are.
   *
   * @param awake have their files open
   * @param states how many are in which state, by its name
   * @param quarantined some of those that cannot be used, in order of their names
   * @param logBytesHeld bytes of the log that are kept only because a quarantined one may need them
   */
  public record Tenants(
      long total,
      long awake,
      Map<String, Integer> states,
      List<QuarantinedTenant> quarantined,
      long logBytesHeld) {
    public Tenants {
      states = Collections.unmodifiableMap(new LinkedHashMap<>(states));
      quarantined = List.copyOf(quarantined);
    }
  }

  /** A tenant that cannot be used, why, and since when. */
  public record QuarantinedTenant(String name, String reason, Instant since) {}

  /**
   * The commit log.
   *
   * @param appended position of its end in memory
   * @param settled position up to which it is durable
   * @param bytes of its segments on disk
   * @param damagedTenants tenants that are not served, because the log lost commits of them
   * @param damage the first of them by name, at most {@link #DAMAGE_SHOWN}
   */
  public record Log(
      long appended,
      long settled,
      long bytes,
      int segments,
      int damagedTenants,
      List<DamagedTenant> damage) {

    /** Most tenants in {@link #damage}. */
    public static final int DAMAGE_SHOWN = 20;

    public Log {
      damage = List.copyOf(damage);
    }

    /** Without damage. */
    public Log(long appended, long settled, long bytes, int segments) {
      this(appended, settled, bytes, segments, 0, List.of());
    }
  }

  /**
   * A tenant that is not served.
   *
   * @param provenLsn its file holds all up to here
   * @param firstLsn first commit that is missing
   * @param lastLsn last one, or the highest that it can be
   * @param isExact whether just these are missing
   */
  public record DamagedTenant(
      String tenant,
      long provenLsn,
      long firstLsn,
      long lastLsn,
      boolean isExact,
      String message) {}

  /** The volume with the data directory. */
  public record Disk(long totalBytes, long freeBytes) {}

  /**
   * The object store.
   *
   * @param code null unless the state is ERROR
   */
  public record Store(
      StoreKind kind, CheckState state, @Nullable ErrorCode code, @Nullable String message) {}

  /** Kinds of object store. */
  public enum StoreKind {
    NONE,
    S3,
    DIRECTORY
  }

  /**
   * How commits get into the store.
   *
   * @param state a word of {@code ArchiveState}
   * @param epoch of this process in the line; 0 before it has one
   * @param lagSeconds age of the oldest durable commit that is not archived
   * @param lagBytes of the log that are not archived
   * @param archivedTime time of the newest archived commit; null if there is none
   * @param onMaxLag a word of {@code MaxLagPolicy}
   * @param gaps stretches of the log that the line lacks
   * @param newLine why the line was begun; null if that was for a new directory
   * @param oldestRestorable from when on every commit can be restored; null as long as nothing
   *     proves it
   * @param newestRestorable up to when; null if the other one is
   * @param objects log objects stored since the start
   * @param bytes of them
   * @param chains null before a line is archived
   * @param retention null before anything is deleted for its age
   */
  public record Archive(
      String state,
      String line,
      long epoch,
      double lagSeconds,
      long lagBytes,
      @Nullable Instant archivedTime,
      @Nullable ArchiveError error,
      String onMaxLag,
      long gaps,
      @Nullable Gap lastGap,
      @Nullable NewLine newLine,
      @Nullable Instant oldestRestorable,
      @Nullable Instant newestRestorable,
      long objects,
      long bytes,
      @Nullable Chains chains,
      @Nullable Retention retention) {

    private static final double MILLIS_PER_SECOND = 1e3;

    static Archive of(
        ArchiveStatus status,
        Optional<ChainStatus> chains,
        Optional<RetentionStatus> retention,
        Instant now) {
      Optional<RestorableRange> restorable =
          chains.flatMap(built -> RestorableRange.of(status, built, now));
      return new Archive(
          status.state().word(),
          status.line(),
          status.epoch(),
          status.lag().toMillis() / MILLIS_PER_SECOND,
          status.lagBytes(),
          status.archivedTime().orElse(null),
          status.failure().map(ArchiveError::of).orElse(null),
          status.onMaxLag().word(),
          status.gaps(),
          status.lastGap().map(gap -> new Gap(gap.from().bytes(), gap.to().bytes())).orElse(null),
          status.newLine().map(NewLine::of).orElse(null),
          restorable.map(RestorableRange::oldest).orElse(null),
          restorable.map(RestorableRange::newest).orElse(null),
          status.objects(),
          status.bytes(),
          chains.map(built -> Chains.of(built, now)).orElse(null),
          retention.map(Retention::of).orElse(null));
    }
  }

  /**
   * How the chains that stock Litestream reads are built.
   *
   * @param lagSeconds age of the oldest archived commit that was in no chain when last looked
   * @param tenantsWaiting tenants whose chain waits for a snapshot
   * @param isCatchingUp whether every tenant is looked at, for the log did not reach back far
   *     enough
   * @param gaps how often that happened since the start
   */
  public record Chains(
      double lagSeconds,
      int tenantsWaiting,
      boolean isCatchingUp,
      long gaps,
      @Nullable ChainError error) {

    static Chains of(ChainStatus status, Instant now) {
      return new Chains(
          status.lag(now).toMillis() / Archive.MILLIS_PER_SECOND,
          status.tenantsInDebt(),
          status.isCatchingUp(),
          status.gaps(),
          status.failure().map(ChainError::of).orElse(null));
    }
  }

  /**
   * How what is older than the window is deleted.
   *
   * @param windowSeconds how far back every commit is to stay restorable
   * @param objectsDeleted since the start
   * @param linesDeleted that had ended, since the start
   * @param error why the latest try failed; null if it did not
   */
  public record Retention(
      long windowSeconds, long objectsDeleted, long linesDeleted, @Nullable ChainError error) {

    static Retention of(RetentionStatus status) {
      return new Retention(
          status.window().toSeconds(),
          status.deletedObjects(),
          status.deletedLines(),
          status.failure().map(ChainError::of).orElse(null));
    }
  }

  /**
   * Why chains do not go on, or are not cut short.
   *
   * @param tenant the one whose chain it is; null if it is all
   */
  public record ChainError(
      @Nullable String tenant, ErrorCode code, String message, String suggestion, Instant time) {

    static ChainError of(ChainFailure failure) {
      return new ChainError(
          failure.tenant(),
          failure.code(),
          failure.message(),
          failure.suggestion(),
          failure.time());
    }
  }

  /** Why the latest try to archive failed. */
  public record ArchiveError(ErrorCode code, String message, String suggestion, Instant time) {

    static ArchiveError of(ArchiveStatus.Failure failure) {
      return new ArchiveError(
          failure.code(), failure.message(), failure.suggestion(), failure.time());
    }
  }

  /** A stretch of the log, by positions. */
  public record Gap(long from, long to) {}

  /** Why a line was begun in place of another, and when. */
  public record NewLine(String reason, @Nullable String previousLine, Instant time) {

    static NewLine of(ArchiveLine line) {
      return new NewLine(line.reason().name(), line.previousLine(), line.begunAt());
    }
  }

  /**
   * How the latest backup ended.
   *
   * @param code null if it succeeded
   */
  public record LastBackup(
      String name,
      Instant time,
      boolean succeeded,
      @Nullable ErrorCode code,
      @Nullable String message) {}
}
