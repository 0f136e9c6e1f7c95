package io.dosql.engine.auth;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.function.LongSupplier;

/**
 * Checks the admin API's token against a file's content, in a time that does not depend on how much
 * of it is right.
 */
public final class AdminAuthenticator implements Authenticator {

  private static final int MIN_TOKEN_BYTES = 16;

  private final WatchedFile<byte[]> expected;

  /** Reads the token; white space around it does not count. */
  public AdminAuthenticator(Path tokenFile, LongSupplier nanoTime) throws IOException {
    this.expected = new WatchedFile<>(tokenFile, AdminAuthenticator::token, nanoTime);
  }

  @Override
  public Principal authenticateToken(String token) {
    byte[] given = token.getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(given, expected.current())) {
      throw new DosqlException(ErrorCode.UNAUTHORIZED, "This is not the admin API's token.");
    }
    return Principal.ANYONE;
  }

  private static byte[] token(byte[] content) throws IOException {
    byte[] token =
        new String(content, StandardCharsets.UTF_8).strip().getBytes(StandardCharsets.UTF_8);
    if (token.length < MIN_TOKEN_BYTES) {
      throw new IOException("The admin token must have at least " + MIN_TOKEN_BYTES + " bytes");
    }
    return token;
  }
}
