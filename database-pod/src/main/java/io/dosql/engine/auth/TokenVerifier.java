package io.dosql.engine.auth;

import io.dosql.engine.auth.VerificationKeys.VerificationKey;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicReference;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
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

/** Checks signature, audience and times of a token. Thread safe. */
final class TokenVerifier {

  private static final AlgorithmConstraints ALGORITHMS =
      new AlgorithmConstraints(
          ConstraintType.PERMIT, VerificationKeys.ALGORITHMS.toArray(String[]::new));

  /** Only to find out whose keys are to check a token; nothing that it reads is believed. */
  private static final JwtConsumer READER =
      new JwtConsumerBuilder()
          .setSkipAllValidators()
          .setDisableRequireSignature()
          .setSkipSignatureVerification()
          .build();

  private final AuthLimits limits;
  private final Clock clock;

  TokenVerifier(AuthLimits limits, Clock clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /** What a good token says, and which key signed it. */
  record Checked(JwtClaims claims, VerificationKey key) {}

  /** The claim {@code iss} of a token that was not checked yet; null if it has none. */
  static @Nullable String issuerStatedBy(String token) {
    try {
      return READER.processToClaims(token).getIssuer();
    } catch (InvalidJwtException | MalformedClaimException noToken) {
      // No cause: its message quotes the token.
      throw new DosqlException(ErrorCode.UNAUTHORIZED, "The token is not a signed JWT.");
    }
  }

  /** Fails with UNAUTHORIZED and the reason, which never quotes the token. */
  Checked check(String token, TokenIssuer issuer) {
    AtomicReference<@Nullable VerificationKey> used = new AtomicReference<>();
    VerificationKeyResolver resolver =
        (jws, nesting) -> {
          String id = jws.getKeyIdHeaderValue();
          VerificationKey key = id == null ? null : issuer.keys().find(id);
          // Each key is for one algorithm, whatever the token would like.
          if (key == null || !key.algorithm().equals(jws.getAlgorithmHeaderValue())) {
            throw new UnresolvableKeyException("no such key for this algorithm");
          }
          used.set(key);
          return key.key();
        };
    JwtConsumer consumer =
        new JwtConsumerBuilder()
            .setExpectedAudience(issuer.audiences().toArray(String[]::new))
            .setJwsAlgorithmConstraints(ALGORITHMS)
            .setVerificationKeyResolver(resolver)
            .setAllowedClockSkewInSeconds((int) limits.clockSkew().toSeconds())
            .setEvaluationTime(NumericDate.fromSeconds(clock.instant().getEpochSecond()))
            .build();
    try {
      JwtClaims claims = consumer.processToClaims(token);
      VerificationKey key = used.get();
      if (key == null) {
        throw new IllegalStateException("A token was found good without a key");
      }
      return new Checked(claims, key);
    } catch (InvalidJwtException refused) {
      // Keys that could not be fetched say nothing about the token.
      if (refused.getCause() instanceof DosqlException noKeys) {
        throw noKeys;
      }
      throw new DosqlException(ErrorCode.UNAUTHORIZED, reason(refused, issuer));
    }
  }

  private static String reason(InvalidJwtException refused, TokenIssuer issuer) {
    if (refused.hasErrorCode(ErrorCodes.SIGNATURE_INVALID)
        || refused.hasErrorCode(ErrorCodes.SIGNATURE_MISSING)) {
      return "The token's signature is not good.";
    }
    if (refused.hasExpired()) {
      return "The token has expired.";
    }
    if (refused.hasErrorCode(ErrorCodes.AUDIENCE_INVALID)
        || refused.hasErrorCode(ErrorCodes.AUDIENCE_MISSING)) {
      return "The token is not for this database: its claim 'aud' must be '"
          + String.join("' or '", issuer.audiences())
          + "'.";
    }
    if (refused.hasErrorCode(ErrorCodes.NOT_YET_VALID)) {
      return "The token is not valid yet.";
    }
    return "The token is not a JWT signed with EdDSA, ES256 or RS256 by a key that is known here.";
  }
}
