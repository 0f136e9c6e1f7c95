package io.dosql.engine.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.dosql.engine.auth.VerificationKeys.VerificationKey;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jspecify.annotations.Nullable;

/**
 * Checks JWTs: those that the database's own keys signed, and those of issuers that its policy
 * trusts.
 *
 * <p>A token that was found good is remembered by its SHA-256 for a minute at most, never past its
 * end, and only as long as its key is there and the policy is what it was. So what a changed file
 * takes away works for no longer than it takes to see the file.
 */
public final class JwtAuthenticator implements Authenticator {

  private static final int ID_BYTES = 8;

  /** The end of the year 9999: times beyond it are as good as none. */
  private static final long SECONDS_MAX = 253_402_300_799L;

  private final TokenIssuer own;
  private final Supplier<AuthPolicy> policy;
  private final AuthLimits limits;
  private final Clock clock;
  private final TokenVerifier verifier;
  private final Cache<ByteBuffer, Verified> remembered;

  private record Verified(
      Principal principal, AuthPolicy policy, KeySource keys, VerificationKey key, Instant end) {}

  JwtAuthenticator(TokenIssuer own, Supplier<AuthPolicy> policy, AuthLimits limits, Clock clock) {
    this.own = own;
    this.policy = policy;
    this.limits = limits;
    this.clock = clock;
    this.verifier = new TokenVerifier(limits, clock);
    this.remembered =
        Caffeine.newBuilder()
            .maximumSize(limits.maxRemembered())
            .expireAfterWrite(limits.rememberFor())
            // Its housekeeping is short; threads of its own would cost more.
            .executor(Runnable::run)
            .build();
  }

  /**
   * Reads keys and policy.
   *
   * @param jwksFiles JWK sets of the database's own keys; each is read again when it changes
   * @param policyFile whom else to trust and what is revoked, see {@code docs/auth.md}; null for
   *     nobody and nothing. Read again when it changes
   * @param audience {@code <namespace>/<name>} of the database
   */
  public static JwtAuthenticator open(
      List<Path> jwksFiles,
      @Nullable Path policyFile,
      String audience,
      AuthLimits limits,
      Clock clock,
      LongSupplier nanoTime,
      CollectorRegistry registry)
      throws IOException {
    TokenIssuer own =
        new TokenIssuer(List.of(audience), new FileKeys(jwksFiles, nanoTime), new OwnClaims());
    AuthPolicyReader reader =
        new AuthPolicyReader(audience, new RemoteKeySets(limits, nanoTime, registry));
    Supplier<AuthPolicy> policy =
        policyFile == null
            ? () -> AuthPolicy.NONE
            : new WatchedFile<>(policyFile, reader::read, nanoTime)::current;
    return new JwtAuthenticator(own, policy, limits, clock);
  }

  @Override
  public Principal authenticateToken(String token) {
    // A character has at least a byte, so that nothing long is even encoded.
    if (token.length() > limits.maxTokenBytes()) {
      throw new DosqlException(
          ErrorCode.UNAUTHORIZED,
          "The token has more than %d bytes (maxTokenBytes).".formatted(limits.maxTokenBytes()));
    }
    byte[] digest = sha256(token);
    Verified known = known(digest);
    if (known != null) {
      return known.principal();
    }
    Verified verified = verify(token, digest);
    remembered.put(ByteBuffer.wrap(digest), verified);
    return verified.principal();
  }

  @Override
  public @Nullable Principal remembered(@Nullable String authorization) {
    String token = BearerToken.in(authorization);
    if (token == null || token.length() > limits.maxTokenBytes()) {
      return null;
    }
    Verified known = known(sha256(token));
    return known == null ? null : known.principal();
  }

  private @Nullable Verified known(byte[] digest) {
    Verified known = remembered.getIfPresent(ByteBuffer.wrap(digest));
    return known != null && isStillGood(known) ? known : null;
  }

  // A policy is read anew only when its file changes, and then all counts anew.
  @SuppressWarnings("ReferenceEquality")
  private boolean isStillGood(Verified known) {
    return clock.instant().isBefore(known.end())
        && known.policy() == policy.get()
        && known.keys().holds(known.key());
  }

  private TokenIssuer issuer(AuthPolicy current, @Nullable String name) {
    return name == null ? own : current.issuers().getOrDefault(name, own);
  }

  private Verified verify(String token, byte[] digest) {
    AuthPolicy current = policy.get();
    TokenIssuer issuer = issuer(current, TokenVerifier.issuerStatedBy(token));
    TokenVerifier.Checked checked = verifier.check(token, issuer);
    JwtClaims claims = checked.claims();
    try {
      if (current.revokes(checked.key().id(), claims.getJwtId())) {
        throw new DosqlException(ErrorCode.UNAUTHORIZED, "The token, or its key, was revoked.");
      }
      String id = HexFormat.of().formatHex(Arrays.copyOf(digest, ID_BYTES));
      return new Verified(
          new Principal(id, grants(current, issuer, claims)),
          current,
          issuer.keys(),
          checked.key(),
          end(claims));
    } catch (MalformedClaimException malformed) {
      throw new DosqlException(ErrorCode.UNAUTHORIZED, "A claim of the token has a wrong type.");
    }
  }

  /** A user's rights are not in the token, so that they can change while it stays. */
  private List<Grant> grants(AuthPolicy current, TokenIssuer issuer, JwtClaims claims)
      throws MalformedClaimException {
    String subject = claims.getSubject();
    if (!issuer.equals(own) || subject == null || !subject.startsWith(AuthPolicy.USER_SUBJECT)) {
      return issuer.rule().grants(claims);
    }
    Grant grant = current.users().get(subject.substring(AuthPolicy.USER_SUBJECT.length()));
    if (grant == null) {
      throw new DosqlException(ErrorCode.UNAUTHORIZED, "The token's user is not one any more.");
    }
    return List.of(grant);
  }

  private Instant end(JwtClaims claims) throws MalformedClaimException {
    NumericDate expires = claims.getExpirationTime();
    return expires == null
        ? Instant.MAX
        : Instant.ofEpochSecond(Math.min(expires.getValue(), SECONDS_MAX)).plus(limits.clockSkew());
  }

  private static byte[] sha256(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("Every JDK has SHA-256", impossible);
    }
  }
}
