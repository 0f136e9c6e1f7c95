package io.dosql.operator.database;

import io.dosql.crds.AuthUser;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.EngineImages;
import io.dosql.operator.pod.PodEndpoints;
import io.dosql.operator.status.Times;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jose4j.jwk.OctetKeyPairJsonWebKey;

/**
 * What a database shall consist of; pure. The Secret with the keys is not here: it is made, and its
 * keys are replaced, with a random source.
 */
final class DesiredObjects {

  private final EngineImages images;
  private final PodEndpoints endpoints;

  DesiredObjects(EngineImages images, PodEndpoints endpoints) {
    this.images = images;
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
    String image = images.of(database);
    OctetKeyPairJsonWebKey signing = keys.signingKey();
    Instant made = DatabaseKeys.madeAt(signing, created(database));
    URI url = DataUrl.of(database, endpoints);
    String token = TokenSigner.readWrite(signing, key.qualifiedName(), made);
    List<HasMetadata> objects = new ArrayList<>();
    objects.add(serviceAccount(database, image));
    objects.add(DatabaseServices.pods(database, image));
    objects.add(DatabaseServices.clients(database, image));
    objects.add(AppSecret.build(database, url, token, image));
    for (AuthUser user : database.getSpec().auth().users()) {
      String own = TokenSigner.user(signing, key.qualifiedName(), made, user.name());
      objects.add(AppSecret.ofUser(database, user, url, own, image));
    }
    objects.add(AuthSecret.build(database, image));
    objects.add(DisruptionBudget.build(database, image));
    objects.add(EngineStatefulSet.build(database, image, existing));
    return List.copyOf(objects);
  }

  static Instant created(DoSQLDatabase database) {
    return Times.parse(database.getMetadata().getCreationTimestamp()).orElse(Instant.EPOCH);
  }

  /** The engine asks nothing of the Kubernetes API: an account without rights or token. */
  private static ServiceAccount serviceAccount(DoSQLDatabase database, String image) {
    return new ServiceAccountBuilder()
        .withMetadata(DatabaseLabels.owned(database, database.getMetadata().getName(), image))
        .withAutomountServiceAccountToken(false)
        .build();
  }
}
