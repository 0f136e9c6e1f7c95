package io.dosql.operator.database;

import io.dosql.crds.Bootstrap;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.operator.podspec.StoreUse;
import java.util.ArrayList;
import java.util.List;

/** The stores that an engine pod reaches; pure. */
final class EngineStores {

  private EngineStores() {}

  /** Its own, and while it has not begun with what another database stored, that one's. */
  static List<StoreUse> of(DoSQLDatabase database) {
    String namespace = database.getMetadata().getNamespace();
    List<StoreUse> uses =
        new ArrayList<>(
            StoreUse.own(database.getSpec().backup(), namespace, database.getMetadata().getName()));
    Bootstrap bootstrap = database.getSpec().bootstrap();
    if (bootstrap != null && BootstrapPlan.isPending(database)) {
      uses.add(StoreUse.source(bootstrap.restore().from(), namespace));
    }
    return List.copyOf(uses);
  }
}
