package io.dosql.engine.auth;

import java.util.List;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;

/** What the claims of a good token allow. */
@FunctionalInterface
interface GrantRule {

  /**
   * Never empty.
   *
   * @throws io.dosql.engine.error.DosqlException FORBIDDEN if they allow nothing
   */
  List<Grant> grants(JwtClaims claims) throws MalformedClaimException;
}
