package io.dosql.operator.database;

import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.pod.DatabaseKey;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the keys of a database in the Secret {@code NAME-keys}. They are created, never applied: of
 * two operators, or of an operator with a stale cache, only the first one's keys are ever used; and
 * a step of their rotation is done only on what it was decided on.
 */
final class KeysSecret {

  private static final Logger LOG = LoggerFactory.getLogger(KeysSecret.class);

  /** Refused if somebody was faster: the resource's version goes with it. */
  private static final PatchContext REPLACE =
      new PatchContext.Builder()
          .withPatchType(PatchType.JSON_MERGE)
          .withFieldManager(DatabaseLabels.OPERATOR)
          .build();

  private final KubernetesClient client;
  private final SecureRandom random;
  private final Clock clock;

  KeysSecret(KubernetesClient client, SecureRandom random, Clock clock) {
    this.client = client;
    this.random = random;
    this.clock = clock;
  }

  /**
   * @param cached what an informer knows of the Secret
   * @throws DatabaseKeys.InvalidKeysException when the Secret exists and cannot be used
   * @throws io.fabric8.kubernetes.client.KubernetesClientException when it could not be read or
   *     created: try again later
   */
  DatabaseKeys loadOrCreate(DoSQLDatabase database, Optional<Secret> cached)
      throws DatabaseKeys.InvalidKeysException {
    DatabaseKey key = DatabaseKey.of(database);
    if (cached.isPresent() && DatabaseLabels.isOwnedBy(database, cached.get())) {
      return rotated(database, cached.get());
    }
    Secret live = client.secrets().inNamespace(key.namespace()).withName(key.keysSecret()).get();
    if (live != null && DatabaseLabels.isOwnedBy(database, live)) {
      return rotated(database, live);
    }
    if (live != null) {
      throw new DatabaseKeys.InvalidKeysException(
          DatabaseLabels.isOurs(live)
              ? "it belongs to a deleted database of this name and is about to be collected"
              : "it was not made by the operator",
          null);
    }
    DatabaseKeys keys = DatabaseKeys.generate(random);
    client.resource(secret(database, keys)).create();
    return keys;
  }

  /** The keys in the Secret, after the step of their rotation that is due. */
  private DatabaseKeys rotated(DoSQLDatabase database, Secret secret)
      throws DatabaseKeys.InvalidKeysException {
    DatabaseKeys keys = DatabaseKeys.read(secret.getData());
    Optional<DatabaseKeys> next =
        KeyRotationPlan.step(
            keys,
            database.getSpec().auth(),
            DesiredObjects.created(database),
            clock.instant(),
            random);
    if (next.isEmpty()) {
      return keys;
    }
    Secret changed = secret(database, next.get());
    changed.getMetadata().setResourceVersion(secret.getMetadata().getResourceVersion());
    // A merge leaves what it does not name.
    changed.getData().putIfAbsent(DatabaseKeys.NEXT_KEY, "");
    Secret written = client.resource(changed).patch(REPLACE);
    LOG.info(
        "{}: the next step of the keys' rotation is done; tokens are signed with the key {}",
        DatabaseKey.of(database),
        next.get().signingKey().getKeyId());
    return DatabaseKeys.read(written.getData());
  }

  static Secret secret(DoSQLDatabase database, DatabaseKeys keys) {
    return new SecretBuilder()
        .withMetadata(
            new ObjectMetaBuilder()
                .withNamespace(database.getMetadata().getNamespace())
                .withName(DatabaseKey.of(database).keysSecret())
                .withLabels(DatabaseLabels.lasting(database))
                .withOwnerReferences(DatabaseLabels.owner(database))
                .build())
        .withType("Opaque")
        .withData(keys.data())
        .build();
  }
}
