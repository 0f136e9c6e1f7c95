package io.dosql.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.quickstart.kubernetes.EmbeddedKubernetes;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples are what the CRDs allow: no unknown field, no rule broken. */
class ExamplesTest {

  private static final Path EXAMPLES =
      Path.of(System.getProperty(Installation.ROOT_PROPERTY), "examples");

  private EmbeddedKubernetes kubernetes;
  private KubernetesClient client;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    kubernetes = EmbeddedKubernetes.start(folder, 0, (_, _) -> Optional.empty(), Clock.systemUTC());
    client = kubernetes.newClient();
    for (String definition : QuickstartSession.DEFINITIONS) {
      try (InputStream in =
          ExamplesTest.class.getResourceAsStream("/crds/" + definition + ".dosql.io-v1.yml")) {
        new Resources(client).applyDefinition(Objects.requireNonNull(in));
      }
    }
  }

  @AfterEach
  void close() {
    client.close();
    kubernetes.close();
  }

  private List<String> create(InputStream yaml) {
    return client.load(yaml).items().stream().map(this::create).toList();
  }

  private String create(HasMetadata resource) {
    resource.getMetadata().setNamespace("default");
    HasMetadata created = client.resource(resource).fieldValidation(Validation.STRICT).create();
    return created.getKind() + "/" + created.getMetadata().getName();
  }

  @Test
  void everyExampleIsAccepted() throws IOException {
    List<String> created = new java.util.ArrayList<>();
    for (String folder :
        List.of(
            "quickstart",
            "restore",
            "backups-tiers",
            "restore-moment",
            "disaster-recovery",
            "verify",
            "encryption")) {
      List<Path> files;
      try (Stream<Path> list = Files.list(EXAMPLES.resolve(folder))) {
        files = list.sorted().toList();
      }
      for (Path file : files) {
        try (InputStream yaml = Files.newInputStream(file)) {
          created.addAll(create(yaml));
        }
      }
    }

    assertThat(created)
        .containsExactly(
            "PersistentVolumeClaim/quickstart-backups",
            "DoSQLDatabase/quickstart",
            "DoSQLMigration/quickstart-schema",
            "DoSQLBackup/quickstart-first",
            "DoSQLRestore/quickstart-restore",
            "DoSQLDatabase/ledger",
            "DoSQLRestore/orders-plan",
            "DoSQLRestore/orders-undo",
            "Secret/orders-backups",
            "DoSQLDatabase/orders",
            "DoSQLBackup/orders-release",
            "Secret/archive-keys",
            "DoSQLDatabase/vault");
  }

  @Test
  void misspeltFieldWouldNotBe() throws IOException {
    String text =
        Files.readString(EXAMPLES.resolve("quickstart/2-database.yaml"))
            .replace("keepLast", "keepLatest");
    InputStream yaml = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> create(yaml))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining("keepLatest");
  }
}
