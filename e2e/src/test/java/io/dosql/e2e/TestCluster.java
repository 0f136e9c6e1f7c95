package io.dosql.e2e;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.minio.MinioClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The cluster with the operator installed from the chart, once for the whole run: test classes run
 * side by side, each in a namespace of its own.
 */
final class TestCluster {

  static final String OPERATOR_NAMESPACE = "dosql-system";
  static final String RELEASE = "dosql-operator";

  private static final int INSTALL_SECONDS_MAX = 180;

  /** Its initialisation is what makes the tests of other classes wait for the installation. */
  private static final class Installed {
    static final TestCluster CLUSTER = install();
  }

  private final Settings settings;
  private final KubernetesClient client;

  private TestCluster(Settings settings, KubernetesClient client) {
    this.settings = settings;
    this.client = client;
  }

  static TestCluster get() {
    return Installed.CLUSTER;
  }

  private static TestCluster install() {
    Settings settings = Settings.fromEnvironment();
    try {
      Config config = Config.fromKubeconfig(Files.readString(settings.kubeconfig()));
      // Held until the process ends, as is the operator: what a test left can be looked at.
      KubernetesClient client = new KubernetesClientBuilder().withConfig(config).build();
      if (settings.loadImage().isPresent()) {
        for (String module : List.of("operator", "database-pod")) {
          load(settings.loadImage().get(), settings.repository().resolve(module));
        }
      }
      new Helm(settings.repository().resolve("helm/dosql-operator"))
          .upgrade()
          .install()
          .withName(RELEASE)
          .withNamespace(OPERATOR_NAMESPACE)
          .createNamespace()
          // So that an operator of an earlier run with the same tag is replaced.
          .set("podAnnotations.e2e-run", "run-" + System.currentTimeMillis())
          .withKubeConfig(settings.kubeconfig())
          .waitReady()
          .withTimeout(INSTALL_SECONDS_MAX)
          .call();
      return new TestCluster(settings, client);
    } catch (IOException e) {
      throw new IllegalStateException("cannot install the operator", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the operator was installed", e);
    }
  }

  private static void load(List<String> command, Path module)
      throws IOException, InterruptedException {
    Path archive = module.resolve("target/image.tar");
    if (!Files.isRegularFile(archive)) {
      throw new IllegalStateException("there is no " + archive + "; build with -Pimages");
    }
    List<String> line = Stream.concat(command.stream(), Stream.of(archive.toString())).toList();
    Process process = new ProcessBuilder(line).inheritIO().start();
    int status = process.waitFor();
    if (status != 0) {
      throw new IllegalStateException(line + " ended with " + status);
    }
  }

  KubernetesClient client() {
    return client;
  }

  Settings settings() {
    return settings;
  }

  /** A client of the S3 server that the databases of the tests store their backups on. */
  MinioClient s3() {
    return MinioClient.builder()
        .endpoint(settings.s3FromHere().toString())
        .credentials(settings.s3AccessKey(), settings.s3SecretKey())
        .build();
  }

  /** The name of the operator's pod that runs; empty between two. */
  Optional<String> operatorPod() {
    return client
        .pods()
        .inNamespace(OPERATOR_NAMESPACE)
        .withLabel("app.kubernetes.io/name", "dosql-operator")
        .list()
        .getItems()
        .stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .map(pod -> pod.getMetadata().getName())
        .findFirst();
  }
}
