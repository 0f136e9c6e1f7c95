package io.dosql.engine.auth;

import org.jspecify.annotations.Nullable;

/** Checks tokens. Thread safe. */
public interface Authenticator {

  /**
   * Who has this token.
   *
   * @param token without the scheme
   * @throws io.dosql.engine.error.DosqlException UNAUTHORIZED if it is no good, FORBIDDEN if it is
   *     good but gives no rights, CONNECTION_ERROR if its issuer's keys cannot be had now
   */
  Principal authenticateToken(String token);

  /**
   * Who asks.
   *
   * @param authorization the header as it came, or null
   * @throws io.dosql.engine.error.DosqlException as {@link #authenticateToken}
   */
  default Principal authenticate(@Nullable String authorization) {
    return authenticateToken(BearerToken.from(authorization));
  }

  /** Who has this token, if that is known without work and without doubt; else null. */
  default @Nullable Principal remembered(@Nullable String authorization) {
    return null;
  }

  /** Lets everybody do everything, whatever the header says. */
  static Authenticator anyone() {
    return new Authenticator() {
      @Override
      public Principal authenticateToken(String token) {
        return Principal.ANYONE;
      }

      @Override
      public Principal authenticate(@Nullable String authorization) {
        return Principal.ANYONE;
      }

      @Override
      public Principal remembered(@Nullable String authorization) {
        return Principal.ANYONE;
      }
    };
  }
}
