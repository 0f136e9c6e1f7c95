package io.dosql.operator.pod;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The part of {@code GET /admin/status} that the operator uses. */
public record PodStatus(String version, boolean ready, Tenants tenants, Store store) {

  public PodStatus(
      @Nullable String version, boolean ready, @Nullable Tenants tenants, @Nullable Store store) {
    this.version = version == null ? "unknown" : version;
    this.ready = ready;
    this.tenants = tenants == null ? new Tenants(0, 0, null, null) : tenants;
    this.store = store == null ? new Store("none", Store.UNKNOWN, null, null) : store;
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
