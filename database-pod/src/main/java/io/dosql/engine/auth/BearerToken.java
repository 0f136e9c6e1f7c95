package io.dosql.engine.auth;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Takes the token out of an Authorization header. */
final class BearerToken {

  private static final String SCHEME = "bearer ";

  private BearerToken() {}

  /** Fails with UNAUTHORIZED; never repeats what it was given. */
  static String from(@Nullable String authorization) {
    if (authorization == null) {
      throw new DosqlException(ErrorCode.UNAUTHORIZED, "The request has no Authorization header.");
    }
    String token = in(authorization);
    if (token == null) {
      throw new DosqlException(
          ErrorCode.UNAUTHORIZED,
          "The Authorization header does not have the form 'Bearer TOKEN'.");
    }
    return token;
  }

  /** The token; null if there is none. */
  static @Nullable String in(@Nullable String authorization) {
    if (authorization == null
        || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    String token = authorization.substring(SCHEME.length()).strip();
    return token.isEmpty() ? null : token;
  }
}
