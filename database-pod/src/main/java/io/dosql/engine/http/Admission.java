package io.dosql.engine.http;

import io.dosql.engine.auth.Authenticator;
import io.dosql.engine.auth.FailureGuard;
import io.dosql.engine.auth.RateLimiter;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * All that decides who is let in.
 *
 * @param data checks tokens of the data port
 * @param admins checks the token of the admin port
 */
public record Admission(
    Authenticator data,
    Authenticator admins,
    FailureGuard failures,
    RateLimiter rates,
    CorsPolicy cors) {

  /**
   * Without a token a browser sends simple requests, and opens WebSockets, for any page, unasked.
   * That matters where no tokens are wanted: on the machine of somebody who looks at that page.
   *
   * @param token that came with the request, or null
   * @param origin the header, or null
   */
  void requireNoStrangePage(@Nullable String token, @Nullable String origin) {
    if (token == null && origin != null && !cors.allows(origin)) {
      throw new DosqlException(
              ErrorCode.FORBIDDEN, "Pages of other origins may not ask without a token.")
          .withSuggestion("Name the page's origin in DOSQL_CORS_ORIGINS (spec.corsOrigins).");
    }
  }
}
