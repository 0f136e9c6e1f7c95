package io.dosql.engine.auth;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jspecify.annotations.Nullable;

/**
 * The rights that a database's own tokens state themselves, in our words or libSQL's.
 *
 * <ul>
 *   <li>{@code role} (or {@code a}): {@code ro}, {@code rw}, {@code admin}; {@code rw} if absent
 *   <li>{@code tenants}: names, or patterns with {@code *} (or {@code id}: one name); all if absent
 *   <li>{@code p}: {@code {"ro": {"ns": […]}, "rw": …, "roa": …, "rwa": …}}, roles by name. As in
 *       libSQL, {@code a} and {@code id} do not count beside it. Together with {@code role} or
 *       {@code tenants} it is refused rather than guessed at.
 * </ul>
 */
final class OwnClaims implements GrantRule {

  private static final String ROLE = "role";
  private static final String LIBSQL_ROLE = "a";
  private static final String TENANTS = "tenants";
  private static final String LIBSQL_TENANT = "id";
  private static final String LIBSQL_RIGHTS = "p";

  /** libSQL's rights; whoever may attach a database there may read or write it, too. */
  private static final Map<String, Role> RIGHTS =
      Map.of("ro", Role.RO, "rw", Role.RW, "roa", Role.RO, "rwa", Role.RW);

  @Override
  public List<Grant> grants(JwtClaims claims) throws MalformedClaimException {
    if (claims.getClaimValue(LIBSQL_RIGHTS) == null) {
      return List.of(new Grant(role(claims), tenants(claims)));
    }
    if (claims.hasClaim(ROLE) || claims.hasClaim(TENANTS)) {
      throw forbidden("The token has the claim 'p' and one of 'role' and 'tenants'.");
    }
    return rights(claims.getClaimValue(LIBSQL_RIGHTS, Map.class));
  }

  private static Role role(JwtClaims claims) throws MalformedClaimException {
    String claim = claims.hasClaim(ROLE) ? ROLE : LIBSQL_ROLE;
    String name = claims.getStringClaimValue(claim);
    return name == null
        ? Role.RW
        : Role.named(name)
            .orElseThrow(
                () -> forbidden("The token's claim '" + claim + "' is not ro, rw or admin."));
  }

  private static List<NamePattern> tenants(JwtClaims claims) throws MalformedClaimException {
    if (claims.hasClaim(TENANTS)) {
      return names(claims.getClaimValue(TENANTS), TENANTS);
    }
    String one = claims.getStringClaimValue(LIBSQL_TENANT);
    return List.of(one == null ? NamePattern.ANY : new NamePattern(one));
  }

  private static List<Grant> rights(Map<?, ?> rights) {
    List<Grant> grants = new ArrayList<>();
    rights.forEach(
        (right, scope) -> {
          Role role = right instanceof String name ? RIGHTS.get(name) : null;
          // Rights that we do not know of allow nothing.
          if (role != null && scope instanceof Map<?, ?> entities && entities.get("ns") != null) {
            grants.add(new Grant(role, names(entities.get("ns"), "p." + right + ".ns")));
          }
        });
    if (grants.isEmpty()) {
      throw forbidden("The token's claim 'p' allows nothing here.");
    }
    return grants;
  }

  /** A list of names, or one name. */
  static List<NamePattern> names(@Nullable Object value, String claim) {
    if (value instanceof String name) {
      return List.of(new NamePattern(name));
    }
    List<NamePattern> patterns = new ArrayList<>();
    if (!(value instanceof List<?> names)) {
      throw forbidden("The token's claim '" + claim + "' is not a list of names.");
    }
    for (Object name : names) {
      if (!(name instanceof String text)) {
        throw forbidden("The token's claim '" + claim + "' is not a list of names.");
      }
      patterns.add(new NamePattern(text));
    }
    return patterns;
  }

  private static DosqlException forbidden(String message) {
    return new DosqlException(ErrorCode.FORBIDDEN, message);
  }
}
