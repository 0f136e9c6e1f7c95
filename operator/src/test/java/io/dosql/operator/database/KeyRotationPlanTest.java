package io.dosql.operator.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.Auth;
import io.dosql.crds.KeyRotation;
import io.dosql.operator.database.DatabaseKeys.InvalidKeysException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jose4j.jwk.JsonWebKey;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyRotationPlanTest {

  private static final Instant CREATED = Instant.parse("2026-01-01T00:00:00Z");
  private static final Auth DAILY = auth(new KeyRotation("24h", "2h"));

  private final SecureRandom random = new SecureRandom();
  private final DatabaseKeys first = DatabaseKeys.generate(random);

  private static Auth auth(@Nullable KeyRotation rotation, String... revoked) {
    return new Auth(rotation, null, List.of(revoked), null, null, null, null);
  }

  private Optional<DatabaseKeys> step(DatabaseKeys keys, Auth auth, Instant now)
      throws InvalidKeysException {
    return KeyRotationPlan.step(keys, auth, CREATED, now, random);
  }

  private static String signing(DatabaseKeys keys) throws InvalidKeysException {
    return keys.signingKey().getKeyId();
  }

  private static List<String> published(DatabaseKeys keys) throws InvalidKeysException {
    return keys.publicKeys().stream().map(JsonWebKey::getKeyId).toList();
  }

  @Test
  void withoutRotation_nothingIsEverReplaced() throws InvalidKeysException {
    assertThat(step(first, Auth.NONE, CREATED.plus(Duration.ofDays(3650)))).isEmpty();
  }

  @Test
  void oldKey_givesWayInThreeSteps_andNoTokenInUseIsEverWithoutItsKey()
      throws InvalidKeysException {
    Instant due = CREATED.plus(Duration.ofHours(24));
    String old = signing(first);
    assertThat(step(first, DAILY, due.minusSeconds(1))).isEmpty();

    DatabaseKeys announced = step(first, DAILY, due).orElseThrow();
    assertThat(signing(announced)).isEqualTo(old);
    assertThat(published(announced)).hasSize(2).contains(old);
    String next = announced.nextKey().orElseThrow().getKeyId();
    assertThat(published(announced)).contains(next);

    Instant visible = due.plus(KeyRotationPlan.PROPAGATION);
    assertThat(step(announced, DAILY, visible.minusSeconds(1))).isEmpty();
    DatabaseKeys replaced = step(announced, DAILY, visible).orElseThrow();
    assertThat(signing(replaced)).isEqualTo(next);
    assertThat(replaced.nextKey()).isEmpty();
    assertThat(published(replaced)).containsExactlyInAnyOrder(old, next);

    Instant end = visible.plus(Duration.ofHours(2));
    assertThat(step(replaced, DAILY, end.minusSeconds(1))).isEmpty();
    DatabaseKeys alone = step(replaced, DAILY, end).orElseThrow();
    assertThat(signing(alone)).isEqualTo(next);
    assertThat(published(alone)).containsExactly(next);
    assertThat(step(alone, DAILY, end)).isEmpty();
    // The next one is due an interval after this one was made.
    assertThat(step(alone, DAILY, due.plus(Duration.ofHours(24)).minusSeconds(1))).isEmpty();
    assertThat(step(alone, DAILY, due.plus(Duration.ofHours(24)))).isPresent();
    assertThat(alone.adminToken()).isEqualTo(first.adminToken());
  }

  @Test
  void rotationThatIsSwitchedOffInBetween_isFinished() throws InvalidKeysException {
    Instant due = CREATED.plus(Duration.ofHours(24));
    DatabaseKeys announced = step(first, DAILY, due).orElseThrow();
    DatabaseKeys replaced =
        step(announced, Auth.NONE, due.plus(KeyRotationPlan.PROPAGATION)).orElseThrow();
    assertThat(signing(replaced)).isNotEqualTo(signing(first));
    assertThat(step(replaced, Auth.NONE, due.plus(Duration.ofDays(2))))
        .hasValueSatisfying(keys -> assertThat(keys.publicJwks()).doesNotContain("\"exp\""));
  }

  @Test
  void revokedKey_isReplacedAtOnce_andSoIsWhatWasToFollowIt() throws InvalidKeysException {
    DatabaseKeys fresh =
        step(first, auth(null, signing(first)), CREATED.plusSeconds(60)).orElseThrow();
    assertThat(published(fresh)).containsExactly(signing(fresh)).doesNotContain(signing(first));
    assertThat(step(fresh, auth(null, signing(first)), CREATED.plusSeconds(61))).isEmpty();

    Instant due = CREATED.plus(Duration.ofHours(24));
    DatabaseKeys announced = step(first, DAILY, due).orElseThrow();
    String next = announced.nextKey().orElseThrow().getKeyId();
    DatabaseKeys after =
        step(announced, auth(new KeyRotation("24h", "2h"), signing(first)), due).orElseThrow();
    assertThat(List.of(signing(first), next)).doesNotContain(signing(after));
    assertThat(published(after)).containsExactly(signing(after));
  }

  @Test
  void keysInTheMiddleOfARotation_areReadAsTheyWereWritten() throws InvalidKeysException {
    DatabaseKeys announced = step(first, DAILY, CREATED.plus(Duration.ofHours(24))).orElseThrow();
    assertThat(DatabaseKeys.read(announced.data())).isEqualTo(announced);
    Map<String, String> older = new HashMap<>(first.data());
    older.remove(DatabaseKeys.NEXT_KEY);
    assertThat(DatabaseKeys.read(older)).isEqualTo(first);
  }

  @Test
  void publicKeys_neverHoldAPrivateOne() throws InvalidKeysException {
    DatabaseKeys announced = step(first, DAILY, CREATED.plus(Duration.ofHours(24))).orElseThrow();
    assertThat(announced.publicJwks()).doesNotContain("\"d\"");
    assertThat(announced.nextJwk()).contains("\"d\"");
  }
}
