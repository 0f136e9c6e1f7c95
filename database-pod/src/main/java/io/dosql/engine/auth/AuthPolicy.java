package io.dosql.engine.auth;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whose tokens are good beside the database's own, and which are no more.
 *
 * @param users who the tokens with the subject {@link #USER_SUBJECT} and a name are, and what they
 *     may do; whom it does not name is no user any more, however good the token
 * @param issuers by what their tokens have as {@code iss}
 * @param revokedKeys ids ({@code kid}) of keys
 * @param revokedTokens ids ({@code jti}) of tokens
 */
record AuthPolicy(
    Map<String, Grant> users,
    Map<String, TokenIssuer> issuers,
    Set<String> revokedKeys,
    Set<String> revokedTokens) {

  /** Before a user's name, the subject of that user's tokens. */
  static final String USER_SUBJECT = "dosql:user:";

  static final AuthPolicy NONE = new AuthPolicy(Map.of(), Map.of(), Set.of(), Set.of());

  AuthPolicy {
    users = Map.copyOf(users);
    issuers = Map.copyOf(issuers);
    revokedKeys = Set.copyOf(revokedKeys);
    revokedTokens = Set.copyOf(revokedTokens);
  }

  boolean revokes(String keyId, @Nullable String tokenId) {
    return revokedKeys.contains(keyId) || (tokenId != null && revokedTokens.contains(tokenId));
  }
}
