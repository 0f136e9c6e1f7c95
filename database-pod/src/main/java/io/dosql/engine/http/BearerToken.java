package io.dosql.engine.http;

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
    String token =
        authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
            ? authorization.substring(SCHEME.length()).strip()
            : "";
    if (token.isEmpty()) {
      throw new DosqlException(
          ErrorCode.UNAUTHORIZED,
          "The Authorization header does not have the form 'Bearer TOKEN'.");
    }
    return token;
  }
}
