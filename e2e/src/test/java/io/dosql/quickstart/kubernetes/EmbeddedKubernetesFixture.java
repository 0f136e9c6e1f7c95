package io.dosql.quickstart.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A running API in a folder, with the test's own kind {@code Widget}. */
final class EmbeddedKubernetesFixture implements AutoCloseable {

  static final ResourceDefinitionContext WIDGETS =
      new ResourceDefinitionContext.Builder()
          .withGroup("test.dosql.io")
          .withVersion("v1alpha1")
          .withKind("Widget")
          .withPlural("widgets")
          .withNamespaced(true)
          .build();

  final EmbeddedKubernetes kubernetes;
  final KubernetesClient client;

  EmbeddedKubernetesFixture(Path folder) throws IOException {
    this.kubernetes =
        EmbeddedKubernetes.start(folder, 0, (_, _) -> Optional.empty(), Clock.systemUTC());
    this.client = kubernetes.newClient();
    try (InputStream definition = definition()) {
      client.load(definition).serverSideApply();
    }
  }

  static InputStream definition() {
    return Objects.requireNonNull(
        EmbeddedKubernetesFixture.class.getResourceAsStream("/quickstart/widgets-crd.yaml"));
  }

  static GenericKubernetesResource widget(String name, Map<String, Object> spec) {
    return new GenericKubernetesResourceBuilder()
        .withApiVersion("test.dosql.io/v1alpha1")
        .withKind("Widget")
        .withNewMetadata()
        .withName(name)
        .withNamespace("default")
        .endMetadata()
        .addToAdditionalProperties("spec", spec)
        .build();
  }

  @Override
  public void close() {
    client.close();
    kubernetes.close();
  }
}
