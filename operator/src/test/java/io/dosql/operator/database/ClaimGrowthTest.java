package io.dosql.operator.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClaimGrowthTest {

  private static PersistentVolumeClaim claim(Map<String, Quantity> requests) {
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withNamespace("shop")
        .withName("data-orders-0")
        .addToLabels("a", "b")
        .endMetadata()
        .withNewSpec()
        .withAccessModes("ReadWriteOnce")
        .withNewResources()
        .withRequests(requests)
        .endResources()
        .endSpec()
        .build();
  }

  @ParameterizedTest
  @CsvSource({
    "1Gi,  2Gi,    true",
    "1Gi,  1Gi,    false",
    "1Gi,  1024Mi, false",
    "1Gi,  1.5Gi,  true",
    "1G,   1Gi,    true",
    "10Gi, 1Gi,    false",
    "1Ti,  2000Gi, true",
  })
  void claimGrows_andNeverShrinks(String current, String wanted, boolean grows) {
    assertThat(
            ClaimGrowth.larger(claim(Map.of("storage", new Quantity(current))), wanted).isPresent())
        .isEqualTo(grows);
  }

  @Test
  void onlyTheSize_isApplied_becauseTheRestBelongsToOthers() {
    PersistentVolumeClaim larger =
        ClaimGrowth.larger(claim(Map.of("storage", new Quantity("1Gi"))), "2Gi").orElseThrow();
    assertThat(larger.getMetadata().getName()).isEqualTo("data-orders-0");
    assertThat(larger.getMetadata().getNamespace()).isEqualTo("shop");
    assertThat(larger.getMetadata().getLabels()).isNullOrEmpty();
    assertThat(larger.getSpec().getAccessModes()).isEmpty();
    assertThat(larger.getSpec().getResources().getRequests())
        .containsOnly(Map.entry("storage", new Quantity("2Gi")));
  }

  @Test
  void claimThatSaysNoSize_isLeftAlone() {
    assertThat(ClaimGrowth.larger(claim(Map.of()), "2Gi")).isEmpty();
  }
}
