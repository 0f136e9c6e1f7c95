package io.dosql.operator.migration;

import io.dosql.operator.pod.Reply;
import io.dosql.operator.pod.TenantInfo;
import io.dosql.operator.step.DatabaseAvailability;
import java.util.List;
import java.util.Optional;

/**
 * What a decision about migrations rests on, besides the operation.
 *
 * @param tenants all tenants of the pod; only asked for once this generation was applied and
 *     nothing runs, to find those that appeared since
 */
record MigrationObservation(
    DatabaseAvailability database, Optional<Reply<List<TenantInfo>>> tenants) {

  MigrationObservation withoutTenants() {
    return new MigrationObservation(database, Optional.empty());
  }
}
