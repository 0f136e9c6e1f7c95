package io.dosql.engine.auth;

import java.util.List;

/**
 * Somebody whose tokens are good here. An issuer's keys check tokens that name it as their {@code
 * iss}, and no others, so that no issuer can speak for another.
 *
 * @param audiences one of them must be among a token's {@code aud}
 */
record TokenIssuer(List<String> audiences, KeySource keys, GrantRule rule) {

  TokenIssuer {
    audiences = List.copyOf(audiences);
  }
}
