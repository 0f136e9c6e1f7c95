package io.dosql.engine.admin;

import io.dosql.engine.error.ErrorCode;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
