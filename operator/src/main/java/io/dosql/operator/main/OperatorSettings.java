package io.dosql.operator.main;

import io.micronaut.context.annotation.ConfigurationProperties;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The operator's environment, as {@code application.yml} names it.
 *
 * @param databaseImage {@code DOSQL_DATABASE_IMAGE}
 * @param watchNamespaces {@code DOSQL_WATCH_NAMESPACES}, comma-separated; empty means all
 * @param namespace {@code DOSQL_OPERATOR_NAMESPACE}, of the Lease; empty switches leader election
 *     off
 * @param pod {@code DOSQL_OPERATOR_POD}, the identity in the Lease
 * @param leaseName {@code DOSQL_LEASE_NAME}
 * @param reconcileThreads {@code DOSQL_RECONCILE_THREADS}
 */
@ConfigurationProperties("dosql")
record OperatorSettings(
    @Nullable String databaseImage,
    @Nullable List<String> watchNamespaces,
    @Nullable String namespace,
    @Nullable String pod,
    @Nullable String leaseName,
    @Nullable Integer reconcileThreads) {

  OperatorConfig config() {
    return new OperatorConfig(
        databaseImage == null ? "" : databaseImage,
        namespaces(),
        leadership(),
        reconcileThreads == null ? OperatorConfig.RECONCILE_THREADS_DEFAULT : reconcileThreads,
        OperatorConfig.ENGINE_CONNECT_TIMEOUT_DEFAULT,
        OperatorConfig.ENGINE_REQUEST_TIMEOUT_DEFAULT,
        true);
  }

  private Set<String> namespaces() {
    Set<String> names = new LinkedHashSet<>();
    if (watchNamespaces != null) {
      watchNamespaces.stream()
          .map(String::strip)
          .filter(name -> !name.isEmpty())
          .forEach(names::add);
    }
    return names;
  }

  private Optional<OperatorConfig.Leadership> leadership() {
    if (namespace == null || namespace.isBlank()) {
      return Optional.empty();
    }
    if (pod == null || pod.isBlank()) {
      throw new IllegalArgumentException(
          "DOSQL_OPERATOR_POD is empty; leader election needs a name for this operator");
    }
    return Optional.of(
        new OperatorConfig.Leadership(
            namespace, leaseName == null ? OperatorRuntime.NAME : leaseName, pod));
  }
}
