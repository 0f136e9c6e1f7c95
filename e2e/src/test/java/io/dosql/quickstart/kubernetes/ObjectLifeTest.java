package io.dosql.quickstart.kubernetes;

import static io.dosql.quickstart.kubernetes.EmbeddedKubernetesFixture.WIDGETS;
import static io.dosql.quickstart.kubernetes.EmbeddedKubernetesFixture.widget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectLifeTest {

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

  private static ConfigMap configMap(String name, Map<String, String> data) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace("default")
        .endMetadata()
        .withData(data)
        .build();
  }

  @Test
  void createdObject_hasIdentityAndIsRead() {
    ConfigMap created = client.resource(configMap("a", Map.of("k", "v"))).create();

    assertThat(created.getMetadata().getUid()).isNotBlank();
    assertThat(created.getMetadata().getResourceVersion()).isNotBlank();
    assertThat(created.getMetadata().getCreationTimestamp()).isNotBlank();
    assertThat(client.configMaps().inNamespace("default").withName("a").get().getData())
        .containsEntry("k", "v");
    assertThatThrownBy(() -> client.resource(configMap("a", Map.of())).create())
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(409));
    assertThat(client.configMaps().inNamespace("default").withName("b").get()).isNull();
  }

  @Test
  void staleUpdate_isAConflict() {
    ConfigMap first = client.resource(configMap("a", Map.of("k", "1"))).create();
    client.resource(new ConfigMapBuilder(first).addToData("k", "2").build()).update();

    assertThatThrownBy(
            () -> client.resource(new ConfigMapBuilder(first).addToData("k", "3").build()).update())
        .isInstanceOfSatisfying(
            KubernetesClientException.class,
            e -> assertThat(e.getStatus().getReason()).isEqualTo("Conflict"));
  }

  @Test
  void writeWithoutEffect_keepsTheVersion() {
    ConfigMap first = client.resource(configMap("a", Map.of("k", "1"))).serverSideApply();
    ConfigMap second = client.resource(configMap("a", Map.of("k", "1"))).serverSideApply();

    assertThat(second.getMetadata().getResourceVersion())
        .isEqualTo(first.getMetadata().getResourceVersion());
  }

  @Test
  void secretTexts_becomeData() {
    Secret secret =
        client
            .resource(
                new SecretBuilder()
                    .withNewMetadata()
                    .withName("s")
                    .endMetadata()
                    .addToStringData("token", "äö")
                    .build())
            .create();

    assertThat(secret.getType()).isEqualTo("Opaque");
    assertThat(secret.getData()).containsEntry("token", "w6TDtg==");
  }

  @Test
  void generation_countsSpecOnlyAndStatusIsApart() {
    var widgets = client.genericKubernetesResources(WIDGETS).inNamespace("default");
    GenericKubernetesResource withStatus = widget("w", Map.of("color", "Red"));
    withStatus.setAdditionalProperty("status", Map.of("observedGeneration", 9));
    GenericKubernetesResource created = widgets.resource(withStatus).create();
    assertThat(created.getMetadata().getGeneration()).isEqualTo(1);
    assertThat(created.getAdditionalProperties()).doesNotContainKey("status");

    GenericKubernetesResource status = widget("w", Map.of("color", "Green"));
    status.setAdditionalProperty("status", Map.of("observedGeneration", 1));
    status.getMetadata().setResourceVersion(created.getMetadata().getResourceVersion());
    GenericKubernetesResource updated = widgets.resource(status).updateStatus();
    assertThat(updated.getMetadata().getGeneration()).isEqualTo(1);
    assertThat(updated.<String>get("spec", "color")).isEqualTo("Red");
    assertThat(updated.<Integer>get("status", "observedGeneration")).isEqualTo(1);

    GenericKubernetesResource patched =
        widgets
            .withName("w")
            .patch(
                PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"size\":4},\"status\":null}");
    assertThat(patched.getMetadata().getGeneration()).isEqualTo(2);
    assertThat(patched.<Integer>get("spec", "size")).isEqualTo(4);
    assertThat(patched.<Integer>get("status", "observedGeneration")).isEqualTo(1);
  }

  @Test
  void jsonPatch_isApplied() {
    client.resource(configMap("a", Map.of("k", "1"))).create();
    ConfigMap patched =
        client
            .configMaps()
            .inNamespace("default")
            .withName("a")
            .patch(
                PatchContext.of(PatchType.JSON),
                "[{\"op\":\"add\",\"path\":\"/data/x\",\"value\":\"2\"}]");

    assertThat(patched.getData()).containsOnly(Map.entry("k", "1"), Map.entry("x", "2"));
  }

  @Test
  void finalizer_holdsTheObjectUntilItIsTakenAway() {
    ConfigMap object = configMap("a", Map.of());
    object.getMetadata().setFinalizers(List.of("test.dosql.io/hold"));
    client.resource(object).create();
    client.configMaps().inNamespace("default").withName("a").delete();

    ConfigMap held = client.configMaps().inNamespace("default").withName("a").get();
    assertThat(held.getMetadata().getDeletionTimestamp()).isNotBlank();

    held.getMetadata().setFinalizers(List.of());
    client.resource(held).update();
    assertThat(client.configMaps().inNamespace("default").withName("a").get()).isNull();
  }

  @Test
  void dependents_goWithTheirOwner() {
    ConfigMap owner = client.resource(configMap("owner", Map.of())).create();
    ConfigMap other = client.resource(configMap("other", Map.of())).create();
    client.resource(owned("child", owner)).create();
    client.resource(owned("grandchild", client.configMaps().withName("child").get())).create();
    client.resource(owned("shared", owner, other)).create();

    client.resource(owner).delete();

    assertThat(client.configMaps().inNamespace("default").list().getItems())
        .extracting(object -> object.getMetadata().getName())
        .containsExactlyInAnyOrder("other", "shared");
    assertThat(client.configMaps().withName("shared").get().getMetadata().getOwnerReferences())
        .hasSize(1);
    client.resource(owned("late", owner)).create();
    assertThat(client.configMaps().withName("late").get()).isNull();
  }

  private static ConfigMap owned(String name, ConfigMap... owners) {
    ConfigMap object = configMap(name, Map.of());
    for (ConfigMap owner : owners) {
      object
          .getMetadata()
          .getOwnerReferences()
          .add(
              new OwnerReferenceBuilder()
                  .withApiVersion("v1")
                  .withKind("ConfigMap")
                  .withName(owner.getMetadata().getName())
                  .withUid(owner.getMetadata().getUid())
                  .build());
    }
    return object;
  }

  @Test
  void selectors_chooseByLabelsAndFields() {
    for (String name : List.of("a", "b", "c")) {
      ConfigMap object = configMap(name, Map.of());
      object.getMetadata().setLabels(name.equals("c") ? Map.of() : Map.of("app", name));
      client.resource(object).create();
    }

    assertThat(names("app=a")).containsExactly("a");
    assertThat(names("app")).containsExactly("a", "b");
    assertThat(names("!app")).containsExactly("c");
    assertThat(names("app in (a, b),app!=a")).containsExactly("b");
    assertThat(names("app notin (a)")).containsExactly("b", "c");
    assertThat(
            client
                .configMaps()
                .inNamespace("default")
                .withField("metadata.name", "b")
                .list()
                .getItems())
        .hasSize(1);
  }

  private List<String> names(String selector) {
    return client
        .configMaps()
        .inNamespace("default")
        .withLabelSelector(selector)
        .list()
        .getItems()
        .stream()
        .map(object -> object.getMetadata().getName())
        .toList();
  }

  @Test
  void watch_seesChangesAndTheEdgesOfItsSelector() throws InterruptedException {
    BlockingQueue<String> events = new LinkedBlockingQueue<>();
    Watcher<ConfigMap> watcher =
        new Watcher<>() {
          @Override
          public void eventReceived(Action action, ConfigMap resource) {
            events.add(
                action
                    + " "
                    + resource.getMetadata().getName()
                    + " "
                    + resource.getData().get("k"));
          }

          @Override
          public void onClose(WatcherException cause) {
            events.add("closed");
          }
        };
    ConfigMap first = configMap("first", Map.of("k", "1"));
    first.getMetadata().setLabels(Map.of("app", "a"));
    client.resource(first).create();
    try (var _ = client.configMaps().inNamespace("default").withLabel("app", "a").watch(watcher)) {
      // The watch is asked for by another thread, and begins with what is there.
      assertThat(events.poll(60, TimeUnit.SECONDS)).isEqualTo("ADDED first 1");
      ConfigMap object = configMap("a", Map.of("k", "é"));
      client.resource(object).create();
      object.getMetadata().setLabels(Map.of("app", "a"));
      client.resource(object).update();
      client.resource(new ConfigMapBuilder(object).addToData("k", "2").build()).update();
      object.getMetadata().setLabels(Map.of());
      client.resource(object).update();

      assertThat(events.poll(60, TimeUnit.SECONDS)).isEqualTo("ADDED a é");
      assertThat(events.poll(60, TimeUnit.SECONDS)).isEqualTo("MODIFIED a 2");
      // As it was when it still matched: whoever maps by its labels finds them.
      assertThat(events.poll(60, TimeUnit.SECONDS)).isEqualTo("DELETED a 2");
    }
  }

  @Test
  void informer_isTold() throws InterruptedException {
    BlockingQueue<String> events = new LinkedBlockingQueue<>();
    client.resource(configMap("a", Map.of())).create();
    try (var informer = client.configMaps().inNamespace("default").runnableInformer(0)) {
      informer.addEventHandler(new QueueingHandler(events));
      informer.run();
      assertThat(events.poll(60, TimeUnit.SECONDS)).isEqualTo("added a");
      client.configMaps().inNamespace("default").withName("a").delete();
      assertThat(events.poll(60, TimeUnit.SECONDS)).isEqualTo("deleted a");
    }
  }

  private record QueueingHandler(BlockingQueue<String> events)
      implements io.fabric8.kubernetes.client.informers.ResourceEventHandler<ConfigMap> {

    @Override
    public void onAdd(ConfigMap object) {
      events.add("added " + object.getMetadata().getName());
    }

    @Override
    public void onUpdate(ConfigMap before, ConfigMap after) {
      events.add("updated " + after.getMetadata().getName());
    }

    @Override
    public void onDelete(ConfigMap object, boolean unknown) {
      events.add("deleted " + object.getMetadata().getName());
    }
  }

  @Test
  void restart_findsObjectsAndNeverRepeatsAVersion() throws IOException {
    client.resource(configMap("a", Map.of("k", "1"))).create();
    client
        .genericKubernetesResources(WIDGETS)
        .inNamespace("default")
        .resource(widget("w", Map.of("color", "Red")))
        .create();
    client.resource(configMap("b", Map.of())).create();
    long lastVersion =
        Long.parseLong(client.configMaps().withName("b").get().getMetadata().getResourceVersion());
    client.configMaps().withName("b").delete();
    fixture.close();

    start();

    assertThat(client.configMaps().withName("a").get().getData()).containsEntry("k", "1");
    assertThat(client.configMaps().withName("b").get()).isNull();
    assertThat(
            client.genericKubernetesResources(WIDGETS).inNamespace("default").withName("w").get())
        .isNotNull();
    ConfigMap next = client.resource(configMap("c", Map.of())).create();
    assertThat(Long.parseLong(next.getMetadata().getResourceVersion()))
        .isGreaterThan(lastVersion + 1);
  }

  @Test
  void namespace_isMadeWhenNamedAndEmptiedWhenDeleted() {
    ConfigMap object = configMap("a", Map.of());
    object.getMetadata().setNamespace("shop");
    client.resource(object).create();
    assertThat(client.namespaces().withName("shop").get().getStatus().getPhase())
        .isEqualTo("Active");

    client.namespaces().withName("shop").delete();
    assertThat(client.configMaps().inNamespace("shop").withName("a").get()).isNull();
    assertThatThrownBy(() -> client.namespaces().withName("default").delete())
        .isInstanceOfSatisfying(
            KubernetesClientException.class, e -> assertThat(e.getCode()).isEqualTo(403));
  }

  @Test
  void oddNames_areRefused() {
    assertThatThrownBy(() -> client.resource(configMap("../x", Map.of())).create())
        .isInstanceOf(KubernetesClientException.class);
    assertThatThrownBy(() -> client.resource(configMap("A_b", Map.of())).create())
        .isInstanceOfSatisfying(
            KubernetesClientException.class,
            e -> assertThat(e.getStatus().getReason()).isEqualTo("Invalid"));
  }
}
