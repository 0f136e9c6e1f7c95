package io.dosql.engine.auth;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jspecify.annotations.Nullable;

/**
 * The rights of tokens that somebody else issued: by rules for their subject and, if this is wanted
 * of the issuer, by claims of theirs. Without either there are none: who signs in with the issuer
 * has no right to a database yet.
 *
 * @param roleClaim the claim that has the role; null if rules alone decide
 * @param tenantsClaim the claim that has the tenants; all, if null or absent
 */
record MappedClaims(
    List<SubjectRule> rules, @Nullable String roleClaim, @Nullable String tenantsClaim)
    implements GrantRule {

  /** What tokens with a subject that matches may do. */
  record SubjectRule(NamePattern subject, Grant grant) {}

  MappedClaims {
    rules = List.copyOf(rules);
  }

  @Override
  public List<Grant> grants(JwtClaims claims) throws MalformedClaimException {
    String subject = claims.getSubject();
    List<Grant> grants = new ArrayList<>();
    for (SubjectRule rule : rules) {
      if (subject != null && rule.subject().matches(subject)) {
        grants.add(rule.grant());
      }
    }
    String role = roleClaim == null ? null : claims.getStringClaimValue(roleClaim);
    if (role != null) {
      grants.add(new Grant(knownRole(role), tenants(claims)));
    }
    if (grants.isEmpty()) {
      throw new DosqlException(
              ErrorCode.FORBIDDEN, "No rule of this database gives the token's subject any right.")
          .withSuggestion("Add the subject to spec.auth of the DoSQLDatabase.");
    }
    return grants;
  }

  private List<NamePattern> tenants(JwtClaims claims) {
    return tenantsClaim == null || !claims.hasClaim(tenantsClaim)
        ? List.of(NamePattern.ANY)
        : OwnClaims.names(claims.getClaimValue(tenantsClaim), tenantsClaim);
  }

  private Role knownRole(String name) {
    return Role.named(name)
        .orElseThrow(
            () ->
                new DosqlException(
                    ErrorCode.FORBIDDEN,
                    "The token's claim '" + roleClaim + "' is not ro, rw or admin."));
  }
}
