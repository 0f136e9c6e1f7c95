package io.dosql.operator.database;

import io.dosql.crds.Auth;
import io.dosql.crds.KeyRotation;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;
import org.jspecify.annotations.Nullable;

/**
 * Replaces the key that signs tokens, step by step, so that at each moment every token in use has
 * its key where it is checked:
 *
 * <ol>
 *   <li>when the key is old enough, the next one is made, and its public half published;
 *   <li>when every pod has seen that, it begins to sign: the Secrets of applications get new
 *       tokens;
 *   <li>after the overlap the old public key goes, and its tokens with it.
 * </ol>
 *
 * <p>A key that signs and is revoked is replaced in one step: its tokens are refused already. All
 * that a step needs to know is in the keys themselves; nothing is decided twice, whoever decides.
 */
final class KeyRotationPlan {

  /** The kubelet shows a changed Secret to pods within about two minutes. */
  static final Duration PROPAGATION = Duration.ofMinutes(5);

  /** A member of a public JWK: seconds since 1970 at which it goes. */
  private static final String GOES_AT = "exp";

  private final DatabaseKeys keys;
  private final Auth auth;
  private final Instant now;

  private KeyRotationPlan(DatabaseKeys keys, Auth auth, Instant now) {
    this.keys = keys;
    this.auth = auth;
    this.now = now;
  }

  /**
   * The keys after the step that is due; empty if none is.
   *
   * @param created when the database was, and its first key with it
   */
  static Optional<DatabaseKeys> step(
      DatabaseKeys keys, Auth auth, Instant created, Instant now, SecureRandom random)
      throws DatabaseKeys.InvalidKeysException {
    return new KeyRotationPlan(keys, auth, now).step(created, random);
  }

  private Optional<DatabaseKeys> step(Instant created, SecureRandom random)
      throws DatabaseKeys.InvalidKeysException {
    OctetKeyPairJsonWebKey signing = keys.signingKey();
    Optional<OctetKeyPairJsonWebKey> next = keys.nextKey();
    if (isRevoked(signing)) {
      // The next one may have been seen by whoever made the revocation necessary.
      OctetKeyPairJsonWebKey fresh = DatabaseKeys.generateKey(random, now);
      List<JsonWebKey> good = new ArrayList<>(without(signing, next.orElse(null)));
      good.add(fresh);
      return Optional.of(with(fresh, null, good));
    }
    if (next.isPresent()) {
      return isVisible(next.get())
          ? Optional.of(with(next.get(), null, retiring(signing)))
          : withoutGone(signing, next.get());
    }
    if (isOld(signing, created)) {
      OctetKeyPairJsonWebKey fresh = DatabaseKeys.generateKey(random, now);
      List<JsonWebKey> published = new ArrayList<>(keys.publicKeys());
      published.add(fresh);
      return Optional.of(with(signing, fresh, published));
    }
    return withoutGone(signing, null);
  }

  private boolean isRevoked(JsonWebKey key) {
    return auth.revokedKeys().contains(key.getKeyId());
  }

  private boolean isVisible(JsonWebKey next) {
    return !now.isBefore(DatabaseKeys.madeAt(next, now).plus(PROPAGATION));
  }

  private boolean isOld(JsonWebKey signing, Instant created) {
    KeyRotation rotation = auth.rotation();
    return rotation != null
        && !now.isBefore(DatabaseKeys.madeAt(signing, created).plus(duration(rotation.interval())));
  }

  /** All public keys, the one that signed so far only until the end of the overlap. */
  private List<JsonWebKey> retiring(JsonWebKey signing) throws DatabaseKeys.InvalidKeysException {
    KeyRotation rotation = auth.rotation();
    Duration overlap =
        duration(rotation == null ? KeyRotation.DEFAULT_OVERLAP : rotation.overlap());
    List<JsonWebKey> all = keys.publicKeys();
    for (JsonWebKey key : all) {
      if (signing.getKeyId().equals(key.getKeyId())) {
        key.setOtherParameter(GOES_AT, now.plus(overlap).getEpochSecond());
      }
    }
    return all;
  }

  private Optional<DatabaseKeys> withoutGone(
      OctetKeyPairJsonWebKey signing, @Nullable OctetKeyPairJsonWebKey next)
      throws DatabaseKeys.InvalidKeysException {
    List<JsonWebKey> all = keys.publicKeys();
    List<JsonWebKey> left = all.stream().filter(key -> !isGone(key)).toList();
    return left.size() == all.size() ? Optional.empty() : Optional.of(with(signing, next, left));
  }

  private boolean isGone(JsonWebKey key) {
    Number goesAt = key.getOtherParameterValue(GOES_AT, Number.class);
    return goesAt != null && !now.isBefore(Instant.ofEpochSecond(goesAt.longValue()));
  }

  private List<JsonWebKey> without(JsonWebKey one, @Nullable JsonWebKey other)
      throws DatabaseKeys.InvalidKeysException {
    return keys.publicKeys().stream()
        .filter(key -> !one.getKeyId().equals(key.getKeyId()))
        .filter(key -> other == null || !other.getKeyId().equals(key.getKeyId()))
        .toList();
  }

  private DatabaseKeys with(
      OctetKeyPairJsonWebKey signing,
      @Nullable OctetKeyPairJsonWebKey next,
      List<JsonWebKey> published) {
    return new DatabaseKeys(
        DatabaseKeys.privateText(signing),
        next == null ? "" : DatabaseKeys.privateText(next),
        new JsonWebKeySet(published).toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY),
        keys.adminToken());
  }

  /** A time in one unit, as the resource has it. */
  private static Duration duration(String text) {
    int digits = 0;
    while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
      digits++;
    }
    long count = Long.parseLong(text.substring(0, digits));
    return switch (text.substring(digits)) {
      case "ms" -> Duration.ofMillis(count);
      case "s" -> Duration.ofSeconds(count);
      case "m" -> Duration.ofMinutes(count);
      case "h" -> Duration.ofHours(count);
      default -> throw new IllegalArgumentException("Not a time: " + text);
    };
  }
}
