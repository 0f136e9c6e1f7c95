package io.dosql.operator.database;

import io.dosql.crds.DoSQLDatabase;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;

/**
 * How many pods of a database an eviction may take. One: with a single pod, {@code minAvailable: 1}
 * would make every drain of its node hang for ever. The pod stops gracefully and starts elsewhere
 * with its volume. A pod that is not ready may always be evicted: it serves nobody.
 */
final class DisruptionBudget {

  private static final int PODS_UNAVAILABLE_MAX = 1;

  private DisruptionBudget() {}

  static PodDisruptionBudget build(DoSQLDatabase database, String image) {
    return new PodDisruptionBudgetBuilder()
        .withMetadata(DatabaseLabels.owned(database, database.getMetadata().getName(), image))
        .withNewSpec()
        .withMaxUnavailable(new IntOrString(PODS_UNAVAILABLE_MAX))
        .withUnhealthyPodEvictionPolicy("AlwaysAllow")
        .withNewSelector()
        .withMatchLabels(DatabaseLabels.selector(database))
        .endSelector()
        .endSpec()
        .build();
  }
}
