package io.dosql.operator.pod;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The part of {@code GET /admin/status} that the operator uses. */
public record PodStatus(
    String version, boolean ready, Tenants tenants, Store store, Log log, Checks checks) {

  public PodStatus(
      @Nullable String version,
      boolean ready,
      @Nullable Tenants tenants,
      @Nullable Store store,
      @Nullable Log log,
      @Nullable Checks checks) {
    this.version = version == null ? "unknown" : version;
    this.ready = ready;
    this.tenants = tenants == null ? new Tenants(0, 0, null, null) : tenants;
    this.store = store == null ? new Store("none", Store.UNKNOWN, null, null) : store;
    this.log = log == null ? new Log(0, List.of()) : log;
    this.checks = checks == null ? new Checks(Store.UNKNOWN) : checks;
  }

  /** Of an engine whose data are well. */
  public PodStatus(
      @Nullable String version, boolean ready, @Nullable Tenants tenants, @Nullable Store store) {
    this(version, ready, tenants, store, null, null);
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
}
