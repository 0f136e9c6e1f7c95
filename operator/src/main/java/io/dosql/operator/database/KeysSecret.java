package io.dosql.operator.database;

import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.pod.DatabaseKey;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.security.SecureRandom;
import java.util.Optional;

/**
 * Keeps the keys of a database in the Secret {@code NAME-keys}. They are created, never applied: of
 * two operators, or of an operator with a stale cache, only the first one's keys are ever used.
 */
final class KeysSecret {

  private final KubernetesClient client;
  private final SecureRandom random;

  KeysSecret(KubernetesClient client, SecureRandom random) {
    this.client = client;
    this.random = random;
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
      return DatabaseKeys.read(cached.get().getData());
    }
    Secret live = client.secrets().inNamespace(key.namespace()).withName(key.keysSecret()).get();
    if (live != null && DatabaseLabels.isOwnedBy(database, live)) {
      return DatabaseKeys.read(live.getData());
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
