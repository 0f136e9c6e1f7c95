package io.dosql.operator.pod;

import org.jspecify.annotations.Nullable;

/** The part of {@code GET /admin/status} that the operator uses. */
public record PodStatus(String version, boolean ready, Tenants tenants, Store store) {

  public PodStatus(
      @Nullable String version, boolean ready, @Nullable Tenants tenants, @Nullable Store store) {
    this.version = version == null ? "unknown" : version;
    this.ready = ready;
    this.tenants = tenants == null ? new Tenants(0, 0) : tenants;
    this.store = store == null ? new Store("none", Store.UNKNOWN, null, null) : store;
  }

  public record Tenants(int total, int awake) {}

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
