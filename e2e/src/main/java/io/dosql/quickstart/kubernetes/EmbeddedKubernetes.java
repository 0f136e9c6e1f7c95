package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A Kubernetes API on a port of loopback, with its objects in a folder.
 *
 * <p>It serves the built-in kinds that the operator and the runner use, and every kind that a CRD
 * defines: create, read, list, watch, update, the four patches, delete, status subresources,
 * generations, finalizers, owner references, schemas with defaults and CEL rules, tables for {@code
 * kubectl get}. It has no controllers (the runner plays that of StatefulSets), no authentication,
 * one version per CRD, no schemas of built-in kinds, and no {@code exec} or {@code port-forward}.
 *
 * <p>What was answered is on disk, except Events and Leases. One process at a time may use a
 * folder; the caller sees to that.
 */
public final class EmbeddedKubernetes implements AutoCloseable {

  private static final int BACKLOG = 128;

  private final HttpServer server;
  private final ExecutorService threads;
  private final ApiHandler handler;

  private EmbeddedKubernetes(HttpServer server, ExecutorService threads, ApiHandler handler) {
    this.server = server;
    this.threads = threads;
    this.handler = handler;
  }

  /**
   * Loads the folder's objects and starts to serve.
   *
   * @param port 0 for any free one
   * @throws java.net.BindException if the port is taken
   * @throws IOException if the folder cannot be read or written
   */
  public static EmbeddedKubernetes start(Path folder, int port, PodLogs logs, Clock clock)
      throws IOException {
    // Without it, answers of more than one packet wait for the client's delayed acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    ResourceTypes types = new ResourceTypes();
    ObjectFolder objects = new ObjectFolder(folder);
    ObjectStore store = new ObjectStore(objects);
    restore(objects.load(), types, store);
    ObjectWriter writer = new ObjectWriter(store, types, clock);
    writer.ensureNamespace("default");

    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
    ApiHandler handler = new ApiHandler(types, store, writer, new Tables(clock), logs);
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("kubernetes-api-", 0).factory());
    server.setExecutor(threads);
    server.createContext("/", handler);
    server.start();
    return new EmbeddedKubernetes(server, threads, handler);
  }

  private static void restore(List<ObjectNode> objects, ResourceTypes types, ObjectStore store)
      throws IOException {
    for (ObjectNode object : objects) {
      if (Json.textAt(object, "kind").equals(CustomResources.DEFINITION.kind())) {
        types.add(CustomResources.type(object));
      }
    }
    for (ObjectNode object : objects) {
      String apiVersion = Json.textAt(object, "apiVersion");
      String kind = Json.textAt(object, "kind");
      ResourceType type =
          types
              .findKind(apiVersion, kind)
              .orElseThrow(
                  () ->
                      new IOException(
                          "a stored object is of an unknown kind: " + apiVersion + " " + kind));
      store.restore(ObjectKey.of(type, object), object);
    }
  }

  /** Where the API is, without a trailing slash. */
  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** A new client of this API. The caller closes it. */
  public KubernetesClient newClient() {
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl(url().toString())
            .withNamespace("default")
            .withOnlyHttpWatches(true)
            .withRequestRetryBackoffLimit(0)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  /** Writes a file for {@code kubectl --kubeconfig}. */
  public void writeKubeconfig(Path file) throws IOException {
    Files.writeString(
        file,
        """
        apiVersion: v1
        kind: Config
        clusters:
        - name: dosql
          cluster:
            server: %s
        contexts:
        - name: dosql
          context:
            cluster: dosql
            namespace: default
            user: dosql
        users:
        - name: dosql
          user: {}
        current-context: dosql
        """
            .formatted(url()));
  }

  /** Stops serving; watches end. Everything that was answered is on disk already. */
  @Override
  public void close() {
    handler.stop();
    server.stop(0);
    threads.shutdownNow();
  }
}
