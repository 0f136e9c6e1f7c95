package io.dosql.operator.main;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How an operator runs.
 *
 * @param databaseImage of engine pods whose database names none
 * @param watchNamespaces whose resources are reconciled; empty means all
 * @param leadership empty when this operator is the only one, and asks nobody
 * @param reconcileThreads how many resources are reconciled at a time, of each kind together
 * @param engineConnectTimeout for a connection to an engine
 * @param engineRequestTimeout for one request to an engine
 * @param ownsProcess whether the process may be ended when the operator cannot go on: when it loses
 *     its leadership, or a watch for good
 */
public record OperatorConfig(
    String databaseImage,
    Set<String> watchNamespaces,
    Optional<Leadership> leadership,
    int reconcileThreads,
    Duration engineConnectTimeout,
    Duration engineRequestTimeout,
    boolean ownsProcess) {

  public static final int RECONCILE_THREADS_DEFAULT = 8;
  private static final int RECONCILE_THREADS_MAX = 256;
  public static final Duration ENGINE_CONNECT_TIMEOUT_DEFAULT = Duration.ofSeconds(2);
  public static final Duration ENGINE_REQUEST_TIMEOUT_DEFAULT = Duration.ofSeconds(10);

  /**
   * The Lease that operators take turns with.
   *
   * @param namespace of the Lease
   * @param identity of this operator, such as its pod's name
   */
  public record Leadership(String namespace, String leaseName, String identity) {}

  public OperatorConfig {
    watchNamespaces = Set.copyOf(watchNamespaces);
    if (databaseImage.isBlank()) {
      throw new IllegalArgumentException(
          "the image of engine pods is empty; set DOSQL_DATABASE_IMAGE");
    }
    if (reconcileThreads < 1 || reconcileThreads > RECONCILE_THREADS_MAX) {
      throw new IllegalArgumentException(
          "DOSQL_RECONCILE_THREADS is %d; use 1 to %d"
              .formatted(reconcileThreads, RECONCILE_THREADS_MAX));
    }
  }

  /** For an operator inside another process, alone with its API server. */
  public static OperatorConfig embedded(String databaseImage) {
    return new OperatorConfig(
        databaseImage,
        Set.of(),
        Optional.empty(),
        RECONCILE_THREADS_DEFAULT,
        ENGINE_CONNECT_TIMEOUT_DEFAULT,
        ENGINE_REQUEST_TIMEOUT_DEFAULT,
        false);
  }
}
