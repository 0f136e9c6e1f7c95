package io.dosql.quickstart.kubernetes;

import static io.dosql.quickstart.kubernetes.EmbeddedKubernetesFixture.WIDGETS;
import static io.dosql.quickstart.kubernetes.EmbeddedKubernetesFixture.widget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CustomResourceTest {

  @TempDir Path folder;
  private EmbeddedKubernetesFixture fixture;

  @BeforeEach
  void start() throws IOException {
    fixture = new EmbeddedKubernetesFixture(folder);
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private GenericKubernetesResource apply(Map<String, Object> spec) {
    return apply("w", spec);
  }

  private GenericKubernetesResource apply(String name, Map<String, Object> spec) {
    return fixture
        .client
        .genericKubernetesResources(WIDGETS)
        .inNamespace("default")
        .resource(widget(name, spec))
        .forceConflicts()
        .serverSideApply();
  }

  @Test
  void defaults_areSetAndUnknownFieldsDropped() {
    GenericKubernetesResource widget = apply(Map.of("color", "Red", "nonsense", 1));

    assertThat(widget.<Integer>get("spec", "size")).isEqualTo(3);
    assertThat(widget.<Map<String, Object>>get("spec")).doesNotContainKey("nonsense");
  }

  @Test
  void definition_isEstablished() {
    var definition =
        fixture
            .client
            .apiextensions()
            .v1()
            .customResourceDefinitions()
            .withName("widgets.test.dosql.io")
            .get();
    assertThat(definition.getStatus().getConditions())
        .anySatisfy(
            condition -> {
              assertThat(condition.getType()).isEqualTo("Established");
              assertThat(condition.getStatus()).isEqualTo("True");
            });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "color | Blue | spec.color: Unsupported value: \"Blue\": supported values: \"Red\", \"Green\"",
        "size | 0 | spec.size in body should be greater than or equal to 1",
        "size | 10 | spec.size in body should be less than or equal to 9",
        "size | big | spec.size in body must be of type integer: \"string\"",
        "frozen | 123456789012345678901 | spec.frozen: Too long: may not be more than 20 bytes",
        "names | Up | spec.names[0] in body should match '^[a-z]+$'",
      })
  void wrongValue_isRefusedByName(String field, String value, String message) {
    Object typed = value.matches("\\d{1,5}") ? Integer.valueOf(value) : value;
    Object used = field.equals("names") ? List.of(typed) : typed;
    Map<String, Object> spec = new java.util.HashMap<>(Map.of("color", "Red"));
    spec.put(field, used);

    assertThatThrownBy(() -> apply(spec))
        .isInstanceOfSatisfying(
            KubernetesClientException.class,
            e -> {
              assertThat(e.getCode()).isEqualTo(422);
              assertThat(e.getStatus().getReason()).isEqualTo("Invalid");
            })
        .hasMessageContaining(message);
  }

  @Test
  void missingField_isRefusedByName() {
    assertThatThrownBy(() -> apply(Map.of("size", 2)))
        .hasMessageContaining("spec.color: Required value");
  }

  @Test
  void rules_areHeldWithTheirMessages() {
    assertThatThrownBy(() -> apply(Map.of("color", "Red", "left", "a", "right", "b")))
        .hasMessageContaining("spec: Invalid value: \"object\": set left or right, not both");
    assertThatThrownBy(() -> apply(Map.of("color", "Red", "parts", List.of(Map.of("name", "bad")))))
        .hasMessageContaining("spec.parts[0]: Invalid value: \"object\": no bad parts");
    assertThatThrownBy(() -> apply("a-name-that-is-far-too-long", Map.of("color", "Red")))
        .hasMessageContaining("the name must have at most 20 characters");
  }

  @Test
  void transitionRules_compareWithTheOldObject() {
    apply(Map.of("color", "Red", "frozen", "x", "weight", "1024Mi"));

    assertThat(
            apply(Map.of("color", "Green", "frozen", "x", "weight", "1.5Gi"))
                .<String>get("spec", "weight"))
        .isEqualTo("1.5Gi");
    assertThatThrownBy(() -> apply(Map.of("color", "Red", "frozen", "y", "weight", "2Gi")))
        .hasMessageContaining("frozen cannot be changed");
    assertThatThrownBy(() -> apply(Map.of("color", "Red", "frozen", "x", "weight", "1Gi")))
        .hasMessageContaining("a widget never gets lighter than 1.5Gi");
  }

  @Test
  void deletedDefinition_takesItsObjectsAlong() {
    apply(Map.of("color", "Red"));
    fixture
        .client
        .apiextensions()
        .v1()
        .customResourceDefinitions()
        .withName("widgets.test.dosql.io")
        .delete();

    assertThatThrownBy(
            () -> fixture.client.genericKubernetesResources(WIDGETS).inNamespace("default").list())
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(404));
  }
}
