package io.dosql.operator.database;

import static io.dosql.operator.testing.Databases.database;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.DoSQLDatabase;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseLabelsTest {

  private static final DoSQLDatabase DATABASE = database().build();

  @ParameterizedTest
  @CsvSource({
    "engine,                                  latest",
    "engine:1.2,                              1.2",
    "registry.example:5000/dosql/engine,      latest",
    "registry.example:5000/dosql/engine:v1_2, v1_2",
    "engine:1.2@sha256:0123456789abcdef,      1.2",
    "engine@sha256:0123456789abcdef,          0123456789abcdef",
    "engine:_x_,                              x",
  })
  void version_isTheTagOrTheDigest(String image, String version) {
    assertThat(DatabaseLabels.all(DATABASE, image))
        .containsEntry("app.kubernetes.io/version", version);
  }

  @Test
  void longVersion_fitsIntoALabel() {
    String digest = "engine@sha256:" + "0123456789abcdef".repeat(4);
    assertThat(DatabaseLabels.all(DATABASE, digest).get("app.kubernetes.io/version")).hasSize(63);
  }

  @Test
  void objectsOfTheOperator_areThoseThatItsInformersSelect() {
    assertThat(DatabaseLabels.SELECTOR)
        .isEqualTo("app.kubernetes.io/managed-by=dosql-operator,dosql.io/database");
    assertThat(DatabaseLabels.isOurs(DatabaseServices.pods(DATABASE, "engine"))).isTrue();
    assertThat(
            DatabaseLabels.isOurs(new ConfigMapBuilder().withNewMetadata().endMetadata().build()))
        .isFalse();
  }

  @Test
  void objectOfAnEarlierDatabaseOfTheName_isLeaving_ownOnesAreNot() {
    DoSQLDatabase again = database().uid("another").build();
    Service service = DatabaseServices.pods(DATABASE, "engine");
    assertThat(DatabaseLabels.isLeaving(again, service)).isTrue();
    assertThat(DatabaseLabels.isOwnedBy(again, service)).isFalse();
    assertThat(DatabaseLabels.isLeaving(DATABASE, service)).isFalse();
    assertThat(DatabaseLabels.isOwnedBy(DATABASE, service)).isTrue();
  }

  @Test
  void orphan_isNotLeaving_soThatItIsAdopted() {
    HasMetadata orphan = DatabaseServices.pods(DATABASE, "engine");
    orphan.getMetadata().setOwnerReferences(java.util.List.of());
    assertThat(DatabaseLabels.isLeaving(DATABASE, orphan)).isFalse();
  }
}
