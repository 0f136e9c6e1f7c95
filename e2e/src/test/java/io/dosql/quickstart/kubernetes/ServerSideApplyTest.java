package io.dosql.quickstart.kubernetes;

import static io.dosql.quickstart.kubernetes.EmbeddedKubernetesFixture.WIDGETS;
import static io.dosql.quickstart.kubernetes.EmbeddedKubernetesFixture.widget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerSideApplyTest {

  @TempDir Path folder;
  private EmbeddedKubernetesFixture fixture;
  private KubernetesClient client;

  @BeforeEach
  void start() throws IOException {
    fixture = new EmbeddedKubernetesFixture(folder);
    client = fixture.client;
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  private ConfigMap apply(String manager, boolean force, Map<String, String> data) {
    ConfigMap config =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName("a")
            .withNamespace("default")
            .endMetadata()
            .withData(data)
            .build();
    PatchContext context =
        new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(manager)
            .withForce(force)
            .build();
    return client.resource(config).patch(context);
  }

  private GenericKubernetesResource applyWidget(String manager, Map<String, Object> spec) {
    PatchContext context =
        new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager(manager)
            .withForce(true)
            .build();
    return client
        .genericKubernetesResources(WIDGETS)
        .inNamespace("default")
        .resource(widget("w", spec))
        .patch(context);
  }

  @Test
  void fieldsOfTwoManagers_areMerged() {
    apply("one", false, Map.of("x", "1"));
    assertThat(apply("two", false, Map.of("y", "2")).getData())
        .containsOnly(Map.entry("x", "1"), Map.entry("y", "2"));
  }

  @Test
  void fieldThatItsManagerNoLongerSets_goes() {
    apply("one", false, Map.of("x", "1", "y", "1"));
    apply("two", false, Map.of("y", "1"));
    ConfigMap after = apply("one", false, Map.of("z", "1"));

    assertThat(after.getData()).containsOnly(Map.entry("y", "1"), Map.entry("z", "1"));
  }

  @Test
  void otherManagersValue_isAConflictUnlessForced() {
    apply("one", false, Map.of("x", "1"));

    assertThatThrownBy(() -> apply("two", false, Map.of("x", "2")))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining("Apply failed with 1 conflict: conflict with \"one\": .data.x");
    assertThat(apply("two", true, Map.of("x", "2")).getData()).containsEntry("x", "2");
    assertThat(apply("one", false, Map.of("y", "1")).getData())
        .containsOnly(Map.entry("x", "2"), Map.entry("y", "1"));
  }

  @Test
  void fieldThatSomebodyUpdated_changesHands() {
    apply("one", false, Map.of("x", "1"));
    client
        .configMaps()
        .withName("a")
        .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"data\":{\"x\":\"2\"}}");

    assertThatThrownBy(() -> apply("one", false, Map.of("x", "1")))
        .hasMessageContaining("conflict");
    assertThat(apply("one", false, Map.of("y", "1")).getData()).containsEntry("x", "2");
  }

  @Test
  void listWithKeys_isMergedByItem() {
    applyWidget(
        "one",
        Map.of(
            "color",
            "Red",
            "parts",
            List.of(Map.of("name", "a", "value", "1"), Map.of("name", "b"))));
    applyWidget(
        "two",
        Map.of(
            "color",
            "Red",
            "parts",
            List.of(Map.of("name", "c"), Map.of("name", "b", "value", "2"))));
    GenericKubernetesResource after =
        applyWidget("one", Map.of("color", "Red", "parts", List.of(Map.of("name", "a"))));

    assertThat(after.<List<Map<String, Object>>>get("spec", "parts"))
        .containsExactly(
            Map.of("name", "a"), Map.of("name", "b", "value", "2"), Map.of("name", "c"));
  }

  @Test
  void listWithoutKeys_isReplaced() {
    applyWidget("one", Map.of("color", "Red", "names", List.of("a", "b")));
    GenericKubernetesResource after =
        applyWidget("one", Map.of("color", "Red", "names", List.of("c")));

    assertThat(after.<List<String>>get("spec", "names")).containsExactly("c");
  }

  @Test
  void statusApply_touchesOnlyTheStatus() {
    GenericKubernetesResource created = applyWidget("one", Map.of("color", "Red"));
    GenericKubernetesResource status = widget("w", Map.of("color", "Green"));
    status.setAdditionalProperty(
        "status", Map.of("conditions", List.of(Map.of("type", "Ready", "status", "True"))));
    PatchContext context =
        new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("controller")
            .withForce(true)
            .build();
    GenericKubernetesResource after =
        client
            .genericKubernetesResources(WIDGETS)
            .inNamespace("default")
            .resource(status)
            .subresource("status")
            .patch(context);

    assertThat(after.<String>get("spec", "color")).isEqualTo("Red");
    assertThat(after.<String>get("status", "conditions", 0, "status")).isEqualTo("True");
    assertThat(after.getMetadata().getGeneration())
        .isEqualTo(created.getMetadata().getGeneration());
    assertThat(
            applyWidget("one", Map.of("color", "Green"))
                .<String>get("status", "conditions", 0, "type"))
        .isEqualTo("Ready");
  }

  @Test
  void statusOfAnObjectThatIsNotThere_isNotFound() {
    GenericKubernetesResource status = widget("nobody", Map.of());
    assertThatThrownBy(
            () ->
                client
                    .genericKubernetesResources(WIDGETS)
                    .inNamespace("default")
                    .resource(status)
                    .subresource("status")
                    .patch(PatchContext.of(PatchType.SERVER_SIDE_APPLY)))
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(404));
  }
}
