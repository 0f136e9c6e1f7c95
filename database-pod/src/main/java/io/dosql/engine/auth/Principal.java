package io.dosql.engine.auth;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.util.List;
import java.util.Optional;

/**
 * Who asks: all that a token says, once it was checked.
 *
 * @param tokenId tells one token from another, and gives nothing of it away
 * @param grants roles on tenants; of those that cover a tenant the highest role counts
 */
public record Principal(String tokenId, List<Grant> grants) {

  /** For routes without a token, and for a pod without authentication. */
  public static final Principal ANYONE = new Principal("", List.of(Grant.onAll(Role.ADMIN)));

  private static final int SHOWN_MAX = 63;

  public Principal {
    grants = List.copyOf(grants);
  }

  /** The role on a tenant; empty if it may not even be read. */
  public Optional<Role> roleOn(String tenant) {
    Role highest = null;
    for (Grant grant : grants) {
      if (grant.covers(tenant) && (highest == null || grant.role().compareTo(highest) > 0)) {
        highest = grant.role();
      }
    }
    return Optional.ofNullable(highest);
  }

  /** Whether the tenant may at least be read. */
  public boolean mayUse(String tenant) {
    return roleOn(tenant).isPresent();
  }

  /**
   * Itself with its rights on one tenant only, so that {@link #mayWrite} tells of that tenant.
   *
   * @throws DosqlException FORBIDDEN if the token does not cover the tenant
   */
  public Principal on(String tenant) {
    Role role = roleOn(tenant).orElseThrow(() -> outOfScope(tenant));
    // The usual token has one grant, and needs no other object.
    return grants.size() == 1
        ? this
        : new Principal(tokenId, List.of(Grant.on(role, List.of(tenant))));
  }

  /** Whether writing is allowed wherever anything is; ask after {@link #on}. */
  public boolean mayWrite() {
    for (Grant grant : grants) {
      if (!grant.role().mayWrite()) {
        return false;
      }
    }
    return !grants.isEmpty();
  }

  /**
   * For what concerns the pod as a whole.
   *
   * @throws DosqlException FORBIDDEN unless the role is {@code admin} on all tenants
   */
  public void requireAdmin() {
    boolean isAdmin =
        grants.stream().anyMatch(grant -> grant.role() == Role.ADMIN && grant.coversAll());
    if (!isAdmin) {
      throw new DosqlException(
              ErrorCode.FORBIDDEN, "This is for the role admin on all tenants only.")
          .withSuggestion("Use a token whose role is admin, and that is not bound to tenants.");
    }
  }

  private static DosqlException outOfScope(String tenant) {
    String shown = tenant.length() > SHOWN_MAX ? tenant.substring(0, SHOWN_MAX) + "…" : tenant;
    return new DosqlException(
            ErrorCode.FORBIDDEN, "The token does not allow the tenant '" + shown + "'.")
        .withSuggestion("Use a token whose claim 'tenants' (libSQL: 'p') covers the tenant.");
  }
}
