package io.dosql.e2e;

import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLMigration;
import io.dosql.crds.DoSQLRestore;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes down a namespace: resources, events, logs of its pods and of the operator's. */
final class FailureReport {

  /** Without Secrets: a report may be shown to others. */
  private static final List<Class<? extends HasMetadata>> KINDS =
      List.of(
          DoSQLDatabase.class,
          DoSQLMigration.class,
          DoSQLBackup.class,
          DoSQLRestore.class,
          StatefulSet.class,
          Pod.class,
          Service.class,
          PersistentVolumeClaim.class,
          Event.class);

  private final KubernetesClient client;
  private final String namespace;

  FailureReport(TestCluster cluster, String namespace) {
    this.client = cluster.client();
    this.namespace = namespace;
  }

  void write(String testClass, String test) throws IOException {
    Path folder =
        Path.of("target", "e2e-failures", testClass, test.replaceAll("[^A-Za-z0-9_]+", "_"));
    Files.createDirectories(folder);
    for (Class<? extends HasMetadata> kind : KINDS) {
      Files.writeString(
          folder.resolve(kind.getSimpleName() + ".yaml"),
          Serialization.asYaml(client.resources(kind).inNamespace(namespace).list()));
    }
    logs(folder, namespace);
    logs(folder, TestCluster.OPERATOR_NAMESPACE);
  }

  private void logs(Path folder, String from) throws IOException {
    for (Pod pod : client.pods().inNamespace(from).list().getItems()) {
      String name = pod.getMetadata().getName();
      var logs = client.pods().inNamespace(from).withName(name);
      Files.writeString(folder.resolve(name + ".log"), logs.getLog());
      try {
        Files.writeString(folder.resolve(name + ".previous.log"), logs.terminated().getLog());
      } catch (KubernetesClientException e) {
        // The container has not ended before.
      }
    }
  }
}
