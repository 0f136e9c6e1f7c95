package io.dosql.operator.pod;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@code GET /admin/status} that the operator uses.
 *
 * @param line of the data directory
 * @param archive null of an engine that does not tell
 */
public record PodStatus(
    String version,
    boolean ready,
    @Nullable String line,
    Tenants tenants,
    Store store,
    Log log,
    Checks checks,
    @Nullable Archive archive) {

  public PodStatus(
      @Nullable String version,
      boolean ready,
      @Nullable String line,
      @Nullable Tenants tenants,
      @Nullable Store store,
      @Nullable Log log,
      @Nullable Checks checks,
      @Nullable Archive archive) {
    this.version = version == null ? "unknown" : version;
    this.ready = ready;
    this.line = line;
    this.tenants = tenants == null ? new Tenants(0, 0, null, null) : tenants;
    this.store = store == null ? new Store("none", Store.UNKNOWN, null, null) : store;
    this.log = log == null ? new Log(0, List.of()) : log;
    this.checks = checks == null ? new Checks(Store.UNKNOWN) : checks;
    this.archive = archive;
  }

  /** Of an engine whose data are well. */
  public PodStatus(
      @Nullable String version, boolean ready, @Nullable Tenants tenants, @Nullable Store store) {
    this(version, ready, null, tenants, store, null, null, null);
  }

  /**
   * The commit log.
   *
   * @param damagedTenants how many tenants are not served, because the log lost commits of them
   * @param damage some of them
   */
  public record Log(int damagedTenants, List<Damage> damage) {

    public Log(int damagedTenants, @Nullable List<Damage> damage) {
      this.damagedTenants = damagedTenants;
      this.damage = damage == null ? List.of() : List.copyOf(damage);
    }
  }

  /** What a tenant lost. */
  public record Damage(String tenant, String message) {}

  /** The engine's checks of itself, as far as the operator uses them. */
  public record Checks(String disk) {

    public Checks(@Nullable String disk) {
      this.disk = disk == null ? Store.UNKNOWN : disk;
    }
  }

  /**
   * Tenants of the pod.
   *
   * @param states how many are in which state; empty if the engine does not tell
   * @param quarantined some of those that cannot be used, by name
   */
  public record Tenants(
      int total, int awake, Map<String, Integer> states, List<QuarantinedTenant> quarantined) {

    public Tenants(
        int total,
        int awake,
        @Nullable Map<String, Integer> states,
        @Nullable List<QuarantinedTenant> quarantined) {
      this.total = total;
      this.awake = awake;
      this.states = states == null ? Map.of() : Map.copyOf(states);
      this.quarantined = quarantined == null ? List.of() : List.copyOf(quarantined);
    }

    /** How many cannot be used; empty if the engine does not tell. */
    public Optional<Integer> quarantinedCount() {
      return Optional.ofNullable(states.get("quarantined"));
    }
  }

  /** A tenant that cannot be used, and why. */
  public record QuarantinedTenant(String name, String reason) {}

  /** How the backup store answered when it was last tried. */
  public record Store(String kind, String state, @Nullable String code, @Nullable String message) {

    public static final String OK = "ok";
    public static final String ERROR = "error";
    public static final String UNKNOWN = "unknown";

    public boolean failed() {
      return state.equals(ERROR);
    }
  }

  /**
   * How commits get into the store.
   *
   * @param state a word of the wire format; {@code unknown} if the engine says none
   * @param error what kept it from storing when it last tried; null when nothing did
   * @param lastGap the newest stretch of commits that is in no archive; null when there is none
   *     that is still of interest
   * @param newLine why the line that is written was begun; null if that was long ago
   * @param oldestRestorable from when on every commit can be restored
   * @param newestRestorable up to when every commit can be restored
   * @param retention how old commits are deleted; null if the engine does not say
   */
  public record Archive(
      String state,
      @Nullable String line,
      @Nullable ArchiveError error,
      @Nullable Gap lastGap,
      @Nullable NewLine newLine,
      @Nullable Instant oldestRestorable,
      @Nullable Instant newestRestorable,
      @Nullable Retention retention) {

    public Archive(
        @Nullable String state,
        @Nullable String line,
        @Nullable ArchiveError error,
        @Nullable Gap lastGap,
        @Nullable NewLine newLine,
        @Nullable Instant oldestRestorable,
        @Nullable Instant newestRestorable,
        @Nullable Retention retention) {
      this.state = state == null ? Store.UNKNOWN : state;
      this.line = line;
      this.error = error;
      this.lastGap = lastGap;
      this.newLine = newLine;
      this.oldestRestorable = oldestRestorable;
      this.newestRestorable = newestRestorable;
      this.retention = retention;
    }
  }

  /**
   * How commits that are older than the window are deleted.
   *
   * @param error why the latest try failed; null if it did not
   */
  public record Retention(@Nullable ArchiveError error) {}

  /** Why commits could not be stored or deleted, and what to do. */
  public record ArchiveError(
      @Nullable String code, @Nullable String message, @Nullable String suggestion) {}

  /** A stretch of the log, in whatever words the engine names its ends. */
  public record Gap(@Nullable String from, @Nullable String to) {}

  /** Why a line was begun. */
  public record NewLine(@Nullable String reason, @Nullable String previousLine) {}
}
