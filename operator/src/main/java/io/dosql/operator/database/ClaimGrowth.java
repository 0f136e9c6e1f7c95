package io.dosql.operator.database;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import java.util.Optional;

/** Grows the data volume; pure. A StatefulSet's claim template cannot change, the claim can. */
final class ClaimGrowth {

  private static final String STORAGE = "storage";

  private ClaimGrowth() {}

  /**
   * What to apply so that the claim has the size: only that field. Empty when it is large enough; a
   * claim that is larger, because it was kept from before, stays so.
   */
  static Optional<PersistentVolumeClaim> larger(PersistentVolumeClaim claim, String size) {
    Map<String, Quantity> requests = claim.getSpec().getResources().getRequests();
    Quantity current = requests == null ? null : requests.get(STORAGE);
    Quantity wanted = new Quantity(size);
    if (current == null
        || Quantity.getAmountInBytes(wanted).compareTo(Quantity.getAmountInBytes(current)) <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        new PersistentVolumeClaimBuilder()
            .withNewMetadata()
            .withNamespace(claim.getMetadata().getNamespace())
            .withName(claim.getMetadata().getName())
            .endMetadata()
            .withNewSpec()
            .withNewResources()
            .withRequests(Map.of(STORAGE, wanted))
            .endResources()
            .endSpec()
            .build());
  }
}
