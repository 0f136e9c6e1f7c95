package io.dosql.engine.auth;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whose tokens are good beside the database's own, and which are no more.
 *
 * @param issuers by what their tokens have as {@code iss}
 * @param revokedKeys ids ({@code kid}) of keys
 * @param revokedTokens ids ({@code jti}) of tokens
 */
record AuthPolicy(
    Map<String, TokenIssuer> issuers, Set<String> revokedKeys, Set<String> revokedTokens) {

  static final AuthPolicy NONE = new AuthPolicy(Map.of(), Set.of(), Set.of());

  AuthPolicy {
    issuers = Map.copyOf(issuers);
    revokedKeys = Set.copyOf(revokedKeys);
    revokedTokens = Set.copyOf(revokedTokens);
  }

  boolean revokes(String keyId, @Nullable String tokenId) {
    return revokedKeys.contains(keyId) || (tokenId != null && revokedTokens.contains(tokenId));
  }
}
