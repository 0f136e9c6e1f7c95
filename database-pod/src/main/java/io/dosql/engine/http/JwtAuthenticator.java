package io.dosql.engine.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Key;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumer;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.UnresolvableKeyException;
import org.jspecify.annotations.Nullable;

/**
 * Checks JWTs signed with EdDSA by one of the keys in a JWK set file, made for this database (claim
 * {@code aud}), and not expired if they say when they do. Claim {@code a} is {@code rw}, the
 * default, or {@code ro}.
 *
 * <p>A token that was found good is remembered by its SHA-256 for a minute at most, and never past
 * its end. New keys start with an empty memory, so a withdrawn key works for no longer than it
 * takes to see the changed file.
 */
public final class JwtAuthenticator implements Authenticator {

  private static final Duration REMEMBER = Duration.ofSeconds(60);
  private static final int MAX_REMEMBERED = 10_000;
  private static final String ROLE_CLAIM = "a";

  private final String audience;
  private final Clock clock;
  private final WatchedFile<Verifier> verifier;

  /** One set of keys and the tokens it has found good. */
  private record Verifier(JwtConsumer consumer, Cache<ByteBuffer, Verified> remembered) {}

  private record Verified(Principal principal, @Nullable Instant expires) {}

  /**
   * Reads the keys.
   *
   * @param jwksFile read again when it changes
   * @param audience {@code <namespace>/<name>} of the database
   */
  public JwtAuthenticator(Path jwksFile, String audience, Clock clock, LongSupplier nanoTime)
      throws IOException {
    this.audience = audience;
    this.clock = clock;
    this.verifier =
        new WatchedFile<>(jwksFile, content -> verifier(VerificationKeys.parse(content)), nanoTime);
  }

  @Override
  public Principal authenticate(@Nullable String authorization) {
    String token = BearerToken.from(authorization);
    ByteBuffer digest = ByteBuffer.wrap(sha256(token));
    Verifier current = verifier.current();
    Verified known = current.remembered().getIfPresent(digest);
    if (known != null && (known.expires() == null || clock.instant().isBefore(known.expires()))) {
      return known.principal();
    }
    Verified verified = verify(current.consumer(), token);
    current.remembered().put(digest, verified);
    return verified.principal();
  }

  private Verified verify(JwtConsumer consumer, String token) {
    try {
      JwtClaims claims = consumer.processToClaims(token);
      NumericDate expires = claims.getExpirationTime();
      return new Verified(
          principal(claims),
          expires == null ? null : Instant.ofEpochMilli(expires.getValueInMillis()));
    } catch (InvalidJwtException refused) {
      // No cause: its message quotes the token.
      throw new DosqlException(ErrorCode.UNAUTHORIZED, reason(refused));
    } catch (MalformedClaimException malformed) {
      throw new DosqlException(ErrorCode.UNAUTHORIZED, "A claim of the token has a wrong type.");
    }
  }

  private static Principal principal(JwtClaims claims) throws MalformedClaimException {
    String role = claims.getStringClaimValue(ROLE_CLAIM);
    if (role == null || role.equals("rw")) {
      return new Principal(true);
    }
    if (role.equals("ro")) {
      return new Principal(false);
    }
    throw new DosqlException(ErrorCode.FORBIDDEN, "The token's claim 'a' is neither rw nor ro.");
  }

  private String reason(InvalidJwtException refused) {
    if (refused.hasExpired()) {
      return "The token has expired.";
    }
    if (refused.hasErrorCode(ErrorCodes.AUDIENCE_INVALID)
        || refused.hasErrorCode(ErrorCodes.AUDIENCE_MISSING)) {
      return "The token is not for this database: its claim 'aud' must be '" + audience + "'.";
    }
    if (refused.hasErrorCode(ErrorCodes.NOT_YET_VALID)) {
      return "The token is not valid yet.";
    }
    return "The token is not a JWT signed with EdDSA by a key of this database.";
  }

  private Verifier verifier(VerificationKeys keys) {
    VerificationKeyResolver resolver =
        (jws, nesting) -> {
          String id = jws.getKeyIdHeaderValue();
          PublicKey key = id == null ? null : keys.byId().get(id);
          if (key == null) {
            throw new UnresolvableKeyException("unknown kid");
          }
          return (Key) key;
        };
    JwtConsumer consumer =
        new JwtConsumerBuilder()
            .setExpectedAudience(audience)
            .setJwsAlgorithmConstraints(
                new AlgorithmConstraints(ConstraintType.PERMIT, AlgorithmIdentifiers.EDDSA))
            .setVerificationKeyResolver(resolver)
            .build();
    return new Verifier(consumer, emptyMemory());
  }

  private Cache<ByteBuffer, Verified> emptyMemory() {
    return Caffeine.newBuilder()
        .maximumSize(MAX_REMEMBERED)
        // Its housekeeping is short; threads of its own would cost more.
        .executor(Runnable::run)
        .expireAfter(
            Expiry.<ByteBuffer, Verified>creating((digest, verified) -> remember(verified)))
        .build();
  }

  private Duration remember(Verified verified) {
    if (verified.expires() == null) {
      return REMEMBER;
    }
    Duration left = Duration.between(clock.instant(), verified.expires());
    return left.compareTo(REMEMBER) < 0 ? left : REMEMBER;
  }

  private static byte[] sha256(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("Every JDK has SHA-256", impossible);
    }
  }
}
