package io.dosql.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Set;
import java.util.UUID;

/** Short-lived pods that do something inside the cluster. */
final class ClusterPods {

  private static final String SUCCEEDED = "Succeeded";
  private static final String FAILED = "Failed";

  private final TestNamespace namespace;

  ClusterPods(TestNamespace namespace) {
    this.namespace = namespace;
  }

  /**
   * Runs a shell script with a database's application Secret in the environment, each entry under
   * its own name, as an application's Deployment would have it.
   *
   * @return what it printed
   */
  String runWithAppSecret(String database, String script) {
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName("client-" + UUID.randomUUID().toString().substring(0, 8))
            .endMetadata()
            .withNewSpec()
            .withRestartPolicy("Never")
            .addNewContainer()
            .withName("client")
            .withImage(TestCluster.get().settings().clientImage())
            .withCommand("sh", "-ec", script)
            .addNewEnvFrom()
            .withNewSecretRef()
            .withName(database + "-app")
            .endSecretRef()
            .endEnvFrom()
            .endContainer()
            .endSpec()
            .build();
    return run(pod);
  }

  /**
   * Kills the engine of a database with SIGKILL: from outside of its container, because the first
   * process of a container cannot be killed from within.
   */
  void killEngine(String database) {
    Pod engine = namespace.resource(Pod.class, database + "-0").require();
    String script =
        """
        for process in /proc/[0-9]*; do
          if tr '\\0' '\\n' < "$process/environ" 2>/dev/null | grep -qx "DOSQL_DATABASE=$TARGET"; then
            kill -KILL "${process#/proc/}" && echo killed
          fi
        done
        """;
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName("killer-" + UUID.randomUUID().toString().substring(0, 8))
            .endMetadata()
            .withNewSpec()
            .withRestartPolicy("Never")
            .withHostPID(true)
            .withNodeName(engine.getSpec().getNodeName())
            .addNewContainer()
            .withName("killer")
            .withImage(TestCluster.get().settings().clientImage())
            .withCommand("sh", "-c", script)
            .addNewEnv()
            .withName("TARGET")
            .withValue(namespace.name() + "/" + database)
            .endEnv()
            .withNewSecurityContext()
            .withPrivileged(true)
            .withRunAsUser(0L)
            .endSecurityContext()
            .endContainer()
            .endSpec()
            .build();
    String output = run(pod);
    if (!output.contains("killed")) {
      throw new AssertionError("no process of " + database + " was killed: " + output);
    }
  }

  private String run(Pod pod) {
    String name = pod.getMetadata().getName();
    var _ = namespace.client().resource(pod).inNamespace(namespace.name()).create();
    Pod ended =
        namespace.await(
            Pod.class,
            name,
            "to end",
            found -> Set.of(SUCCEEDED, FAILED).contains(found.getStatus().getPhase()));
    String output = namespace.client().pods().inNamespace(namespace.name()).withName(name).getLog();
    if (!ended.getStatus().getPhase().equals(SUCCEEDED)) {
      throw new AssertionError("the pod " + name + " failed: " + output);
    }
    return output;
  }
}
