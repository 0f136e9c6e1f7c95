package io.dosql.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.operator.main.OperatorConfig;
import io.dosql.operator.main.OperatorRuntime;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.quickstart.kubernetes.EmbeddedKubernetes;
import io.dosql.quickstart.runner.LoopbackPorts;
import io.dosql.quickstart.runner.PodRunner;
import io.dosql.quickstart.runner.RestartDelays;
import io.dosql.quickstart.runner.RunnerFolder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.OperatorException;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that runs: the Kubernetes API, the runner with its processes, the operator. Used by
 * one thread; {@link #close} stops all of it in order, whatever had been started.
 */
final class QuickstartSession implements AutoCloseable {

  static final DatabaseKey DATABASE = new DatabaseKey(Resources.NAMESPACE, "quickstart");
  static final Duration READY_MAX = Duration.ofMinutes(3);

  private static final String KUBERNETES_OWNER = "kubernetes";
  static final List<String> DEFINITIONS =
      List.of("dosqldatabases", "dosqlmigrations", "dosqlbackups", "dosqlrestores");

  /**
   * How it is to run.
   *
   * @param port of the quickstart database; any that is free if empty
   */
  record Options(Path folder, Optional<Integer> port, boolean authentication) {}

  private final Options options;
  private final QuickstartFolder folder;

  /** The last one opened is the first. */
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();

  private final EmbeddedKubernetes kubernetes;
  private final Resources resources;

  private QuickstartSession(
      Installation installation, Options options, QuickstartFolder folder, Display display)
      throws QuickstartException, InterruptedException {
    this.options = options;
    this.folder = folder;
    parts.push(folder);
    boolean started = false;
    try {
      LoopbackPorts ports = ports(folder, options, display);
      this.kubernetes = startKubernetes(ports, display);
      KubernetesClient client = kubernetes.newClient();
      parts.push(client);
      this.resources = new Resources(client);
      startOperator(installation, client, ports, display);
      started = true;
    } finally {
      if (!started) {
        close();
      }
    }
  }

  /**
   * Starts everything; databases of an earlier run come up by themselves.
   *
   * @param folder is closed with the session, also if it cannot be started
   */
  static QuickstartSession start(
      Installation installation, Options options, QuickstartFolder folder, Display display)
      throws QuickstartException, InterruptedException {
    try {
      return new QuickstartSession(installation, options, folder, display);
    } catch (KubernetesClientException | OperatorException e) {
      throw new QuickstartException("Cannot start: " + e.getMessage(), e);
    }
  }

  /** Processes of a run that was killed still hold their ports: they go first. */
  private static LoopbackPorts ports(QuickstartFolder folder, Options options, Display display)
      throws QuickstartException {
    try {
      PodRunner.endOrphans(folder.runner());
      LoopbackPorts ports = LoopbackPorts.open(folder.runner().portsFile());
      int chosen = DataPort.choose(ports, options.port());
      if (options.port().isEmpty() && chosen != DataPort.DEFAULT) {
        display.print("The database gets port %d.".formatted(chosen));
      }
      return ports;
    } catch (IOException e) {
      throw new QuickstartException("Cannot use %s: %s".formatted(folder.root(), e), e);
    }
  }

  private EmbeddedKubernetes startKubernetes(LoopbackPorts ports, Display display)
      throws QuickstartException, InterruptedException {
    display.step(
        "Kubernetes API",
        _ -> {
          try {
            RunnerFolder runner = folder.runner();
            EmbeddedKubernetes started =
                EmbeddedKubernetes.start(
                    folder.kubernetes(),
                    ports.getFree(KUBERNETES_OWNER),
                    (namespace, pod) ->
                        Optional.of(runner.log(namespace, pod)).filter(Files::exists),
                    Clock.systemUTC());
            parts.push(started);
            started.writeKubeconfig(folder.kubeconfig());
            return started.url().toString();
          } catch (IOException e) {
            throw new QuickstartException("Cannot start the Kubernetes API: " + e, e);
          }
        });
    return (EmbeddedKubernetes) Objects.requireNonNull(parts.peek());
  }

  private void startOperator(
      Installation installation, KubernetesClient client, LoopbackPorts ports, Display display)
      throws QuickstartException, InterruptedException {
    display.step(
        "Operator",
        _ -> {
          for (String definition : DEFINITIONS) {
            applyDefinition(definition);
          }
          EngineImage image = new EngineImage(installation, options.authentication());
          try {
            parts.push(
                PodRunner.start(
                    client,
                    folder.runner(),
                    ports,
                    image,
                    RestartDelays.DEFAULT,
                    Clock.systemUTC()));
          } catch (IOException e) {
            throw new QuickstartException("Cannot start the runner: " + e, e);
          }
          OperatorRuntime operator =
              new OperatorRuntime(
                  client,
                  new LocalEndpoints(ports),
                  Clock.systemUTC(),
                  OperatorConfig.embedded(image.name()),
                  new CollectorRegistry());
          parts.push(operator);
          operator.start();
          return "watches DoSQLDatabase, DoSQLMigration, DoSQLBackup, DoSQLRestore";
        });
  }

  private void applyDefinition(String plural) throws QuickstartException {
    String name = "/crds/" + plural + ".dosql.io-v1.yml";
    try (InputStream definition = QuickstartSession.class.getResourceAsStream(name)) {
      resources.applyDefinition(Objects.requireNonNull(definition, name));
    } catch (IOException e) {
      throw new QuickstartException("Cannot read the resource " + name, e);
    }
  }

  Resources resources() {
    return resources;
  }

  QuickstartFolder folder() {
    return folder;
  }

  Options options() {
    return options;
  }

  /** How to reach the quickstart database, which is ready; written to the folder as well. */
  Connection publish() throws QuickstartException {
    Connection connection = connection();
    try {
      connection.write(folder.connectionFile());
    } catch (IOException e) {
      throw new QuickstartException("Cannot write %s: %s".formatted(folder.connectionFile(), e), e);
    }
    return connection;
  }

  private Connection connection() throws QuickstartException {
    LocalAddress address = address();
    JsonNode database = resources.get("DoSQLDatabase", DATABASE.name());
    String claim =
        database
            .path("spec")
            .path("backup")
            .path("store")
            .path("directory")
            .path("claimName")
            .asText();
    return new Connection(
        address.url(),
        options.authentication() ? resources.secret(DATABASE.appSecret(), "token") : "",
        address.adminUrl(),
        resources.secret(DATABASE.keysSecret(), "admin-token"),
        kubernetes.url().toString(),
        claim.isEmpty() ? "" : folder.runner().claim(DATABASE.namespace(), claim).toString());
  }

  private record LocalAddress(String url, String adminUrl) {}

  private LocalAddress address() throws QuickstartException {
    try {
      LocalEndpoints endpoints =
          new LocalEndpoints(LoopbackPorts.open(folder.runner().portsFile()));
      return new LocalAddress(
          endpoints.data(DATABASE).toString(), endpoints.admin(DATABASE).toString());
    } catch (IOException e) {
      throw new QuickstartException("Cannot read the ports: " + e, e);
    }
  }

  /**
   * Stops in the reverse order of the start; what cannot be stopped does not keep the rest. An
   * interrupt that asked for the stop does not hurry it.
   */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    Logger log = LoggerFactory.getLogger(QuickstartSession.class);
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        log.error("cannot stop {}", part, e);
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
