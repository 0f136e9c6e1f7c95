package io.dosql.operator.database;

import static io.dosql.operator.testing.Databases.database;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.Storage;
import io.dosql.operator.testing.Databases;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ObjectComparisonTest {

  private static StatefulSet desired() {
    return desired(database());
  }

  private static StatefulSet desired(Databases database) {
    return ObjectComparison.withHash(
        EngineStatefulSet.build(database.build(), "engine:1", Optional.empty()));
  }

  /** As an API server gives it back: with defaults and a status. */
  private static StatefulSetBuilder stored() {
    return new StatefulSetBuilder(desired())
        .editMetadata()
        .withUid("u")
        .withResourceVersion("7")
        .withGeneration(1L)
        .endMetadata()
        .editSpec()
        .withRevisionHistoryLimit(10)
        .editTemplate()
        .editSpec()
        .withRestartPolicy("Always")
        .withDnsPolicy("ClusterFirst")
        .endSpec()
        .endTemplate()
        .endSpec()
        .withNewStatus()
        .withReplicas(1)
        .endStatus();
  }

  @Test
  void defaultsOfTheApiServer_areNoDifference() {
    assertThat(ObjectComparison.matches(desired(), stored().build())).isTrue();
  }

  @Test
  void labelsAndAnnotationsOfOthers_areNoDifference() {
    StatefulSet actual =
        stored().editMetadata().addToAnnotations("someone/else", "x").endMetadata().build();
    assertThat(ObjectComparison.matches(desired(), actual)).isTrue();
  }

  @Test
  void equalQuantities_areNoDifference() {
    StatefulSet actual =
        stored()
            .editSpec()
            .editTemplate()
            .editSpec()
            .editFirstContainer()
            .editResources()
            .withRequests(Map.of("memory", new Quantity("268435456"), "cpu", new Quantity("0.1")))
            .endResources()
            .endContainer()
            .endSpec()
            .endTemplate()
            .endSpec()
            .build();
    StatefulSet wanted =
        desired(
            database()
                .resources(
                    new io.dosql.crds.Resources(
                        Map.of("memory", new Quantity("256Mi"), "cpu", new Quantity("100m")),
                        null)));
    actual
        .getMetadata()
        .getAnnotations()
        .put(
            ObjectComparison.HASH_ANNOTATION,
            wanted.getMetadata().getAnnotations().get(ObjectComparison.HASH_ANNOTATION));
    assertThat(ObjectComparison.matches(wanted, actual)).isTrue();
  }

  @Test
  void changedField_isADifference() {
    assertThat(
            ObjectComparison.matches(
                desired(), stored().editSpec().withReplicas(2).endSpec().build()))
        .isFalse();
    assertThat(ObjectComparison.matches(desired(database().image("engine:2")), stored().build()))
        .as("an image of its own goes in by the caller; the builder's is the same")
        .isTrue();
  }

  @Test
  void fieldThatIsNoLongerDesired_isADifference() {
    StatefulSet before = desired(database().backup(Databases.s3Policy()));
    assertThat(ObjectComparison.matches(desired(), before)).isFalse();
  }

  @Test
  void missingAnnotation_isADifference() {
    StatefulSet actual = stored().editMetadata().withAnnotations(Map.of()).endMetadata().build();
    assertThat(ObjectComparison.matches(desired(), actual)).isFalse();
  }

  @Test
  void sizeOfTheClaimTemplate_doesNotCount_becauseItCannotChange() {
    assertThat(
            desired(database().storage(new Storage("9Gi", null, null)))
                .getMetadata()
                .getAnnotations())
        .isEqualTo(desired().getMetadata().getAnnotations());
  }

  @Test
  void hashOfAnObjectThatHasOne_isTheSame() {
    StatefulSet once = desired();
    String hash = once.getMetadata().getAnnotations().get(ObjectComparison.HASH_ANNOTATION);
    assertThat(
            ObjectComparison.withHash(once)
                .getMetadata()
                .getAnnotations()
                .get(ObjectComparison.HASH_ANNOTATION))
        .isEqualTo(hash);
  }
}
