package io.dosql.operator.database;

import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.PodEndpoints;
import io.dosql.operator.status.Times;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a database shall consist of; pure. The Secret with the keys is not here: it is made once.
 */
final class DesiredObjects {

  private final DatabaseDefaults defaults;
  private final PodEndpoints endpoints;

  DesiredObjects(DatabaseDefaults defaults, PodEndpoints endpoints) {
    this.defaults = defaults;
    this.endpoints = endpoints;
  }

  /**
   * In the order in which they are to be applied: what the pod needs comes before it.
   *
   * @throws DatabaseKeys.InvalidKeysException when the keys cannot sign
   */
  List<HasMetadata> of(DoSQLDatabase database, DatabaseKeys keys, Optional<StatefulSet> existing)
      throws DatabaseKeys.InvalidKeysException {
    DatabaseKey key = DatabaseKey.of(database);
    String image = image(database);
    Instant created =
        Times.parse(database.getMetadata().getCreationTimestamp()).orElse(Instant.EPOCH);
    String token = TokenSigner.readWrite(keys.signingKey(), key.qualifiedName(), created);
    return List.of(
        serviceAccount(database, image),
        DatabaseServices.pods(database, image),
        DatabaseServices.clients(database, image),
        AppSecret.build(database, endpoints.data(key), token, image),
        DisruptionBudget.build(database, image),
        EngineStatefulSet.build(database, image, existing));
  }

  String image(DoSQLDatabase database) {
    String own = database.getSpec().image();
    return own == null ? defaults.image() : own;
  }

  /** The engine asks nothing of the Kubernetes API: an account without rights or token. */
  private static ServiceAccount serviceAccount(DoSQLDatabase database, String image) {
    return new ServiceAccountBuilder()
        .withMetadata(DatabaseLabels.owned(database, database.getMetadata().getName(), image))
        .withAutomountServiceAccountToken(false)
        .build();
  }
}
