package io.dosql.engine.http;

import io.dosql.engine.auth.Authenticator;
import io.dosql.engine.auth.FailureGuard;
import io.dosql.engine.auth.Principal;
import io.dosql.engine.auth.RateLimiter;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.net.InetAddress;
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
   * Who asks for something of a tenant, with the rights on that tenant only.
   *
   * @param token the Authorization header, or what stands for it, or null
   * @param origin the header, or null
   */
  Principal admit(
      @Nullable String token,
      @Nullable String origin,
      String tenant,
      @Nullable InetAddress client) {
    Principal principal = failures.admit(data, token, client);
    requireNoStrangePage(token, origin);
    try {
      return principal.on(tenant);
    } catch (DosqlException outOfScope) {
      throw failures.refused(outOfScope, client);
    }
  }

  /**
   * Who asks for something of the pod as a whole: FORBIDDEN unless an admin does.
   *
   * @param token the Authorization header, or null
   * @param origin the header, or null
   */
  Principal admitAdmin(
      @Nullable String token, @Nullable String origin, @Nullable InetAddress client) {
    Principal principal = failures.admit(data, token, client);
    requireNoStrangePage(token, origin);
    try {
      principal.requireAdmin();
    } catch (DosqlException notAdmin) {
      throw failures.refused(notAdmin, client);
    }
    return principal;
  }

  /**
   * Without a token a browser sends simple requests, and opens WebSockets, for any page, unasked.
   * That matters where no tokens are wanted: on the machine of somebody who looks at that page.
   */
  private void requireNoStrangePage(@Nullable String token, @Nullable String origin) {
    if (token == null && origin != null && !cors.allows(origin)) {
      throw new DosqlException(
              ErrorCode.FORBIDDEN, "Pages of other origins may not ask without a token.")
          .withSuggestion("Name the page's origin in DOSQL_CORS_ORIGINS (spec.corsOrigins).");
    }
  }
}
