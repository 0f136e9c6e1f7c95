package io.dosql.engine.http;

import org.jspecify.annotations.Nullable;

/** Checks the token of a request. Thread safe. */
@FunctionalInterface
public interface Authenticator {

  /**
   * Who asks.
   *
   * @param authorization the header as it came, or null
   * @throws io.dosql.engine.error.DosqlException UNAUTHORIZED without a good token, FORBIDDEN if it
   *     does not allow this
   */
  Principal authenticate(@Nullable String authorization);

  /** Lets everybody do everything, whatever the header says. */
  static Authenticator anyone() {
    return authorization -> Principal.ANYONE;
  }
}
