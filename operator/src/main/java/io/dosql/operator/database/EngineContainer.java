package io.dosql.operator.database;

import io.dosql.crds.DatabaseSpec;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.RequestLimits;
import io.dosql.crds.TenantLimits;
import io.dosql.crds.Tls;
import io.dosql.operator.backup.BackupTerms;
import io.dosql.operator.pod.DatabaseKey;
import io.dosql.operator.pod.ServiceEndpoints;
import io.dosql.operator.podspec.PodRights;
import io.dosql.operator.podspec.StoreEnvironment;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The engine's container: its environment, ports, probes and rights. */
final class EngineContainer {

  static final String NAME = "engine";
  static final String HTTP_PORT_NAME = "http";
  static final String ADMIN_PORT_NAME = "admin";

  private static final int READINESS_PERIOD_SECONDS = 5;
  private static final int LIVENESS_PERIOD_SECONDS = 10;
  private static final int PROBE_TIMEOUT_SECONDS = 3;
  private static final int FAILURES_MAX = 3;

  /**
   * The engine is up in less than a second most of the time, and has half an hour; with a log to
   * recover it may need it.
   */
  private static final int STARTUP_PERIOD_SECONDS = 1;

  private static final int STARTUP_FAILURES_MAX = 1_800;

  /**
   * Containers smaller than this do without the JVM's second compiler: it would take memory that
   * the tenants need more. 256 MiB.
   */
  private static final BigDecimal SMALL_BYTES = BigDecimal.valueOf(256L << 20);

  private EngineContainer() {}

  static Container build(DoSQLDatabase database, String image) {
    DatabaseSpec spec = database.getSpec();
    return new ContainerBuilder()
        .withName(NAME)
        .withImage(image)
        .withImagePullPolicy("IfNotPresent")
        .withEnv(environment(database))
        .withPorts(
            port(HTTP_PORT_NAME, ServiceEndpoints.DATA_PORT),
            port(ADMIN_PORT_NAME, ServiceEndpoints.ADMIN_PORT))
        .withStartupProbe(
            probe(spec, "/health/ready", STARTUP_PERIOD_SECONDS, STARTUP_FAILURES_MAX))
        .withReadinessProbe(
            probe(spec, readinessPath(database), READINESS_PERIOD_SECONDS, FAILURES_MAX))
        .withLivenessProbe(probe(spec, "/health/live", LIVENESS_PERIOD_SECONDS, FAILURES_MAX))
        .withNewResources()
        .withRequests(spec.resources().requests())
        .withLimits(spec.resources().limits())
        .endResources()
        .withSecurityContext(PodRights.container())
        .withVolumeMounts(EngineVolumes.mounts(database))
        // What the engine said last stands in the pod's status when it dies.
        .withTerminationMessagePolicy("FallbackToLogsOnError")
        .build();
  }

  /**
   * A database that is to begin with another's data has nothing to serve before: no client may find
   * it, nor write what the restore would replace. No engine answers under that path.
   */
  private static String readinessPath(DoSQLDatabase database) {
    return BootstrapPlan.isPending(database) ? "/health/bootstrap-pending" : "/health/ready";
  }

  private static List<EnvVar> environment(DoSQLDatabase database) {
    DatabaseSpec spec = database.getSpec();
    List<EnvVar> variables = new ArrayList<>();
    variables.add(variable("DOSQL_DATA_DIR", EngineVolumes.DATA_PATH));
    variables.add(variable("DOSQL_DATABASE", DatabaseKey.of(database).qualifiedName()));
    variables.add(variable("DOSQL_HTTP_PORT", Integer.toString(ServiceEndpoints.DATA_PORT)));
    variables.add(variable("DOSQL_ADMIN_PORT", Integer.toString(ServiceEndpoints.ADMIN_PORT)));
    variables.add(variable("DOSQL_TENANTS_MODE", spec.tenants().mode().name()));
    if (!spec.tenants().names().isEmpty()) {
      // Sorted, so that another order in the resource does not restart the pod.
      variables.add(
          variable("DOSQL_TENANTS_NAMES", String.join(",", new TreeSet<>(spec.tenants().names()))));
    }
    variables.add(variable("DOSQL_TENANTS_SLEEP_AFTER", spec.tenants().sleepAfter()));
    addNumber(variables, "DOSQL_TENANTS_MAX_AWAKE", spec.tenants().maxAwake());
    addLimits(variables, spec.tenants().limits());
    variables.add(variable("DOSQL_DURABILITY", spec.durability().name()));
    variables.add(variable("DOSQL_ROW_CHANGES", spec.cdc().capture().name()));
    if (isSmall(spec)) {
      variables.add(variable("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1"));
    }
    variables.add(variable("DOSQL_AUTH", "jwt"));
    variables.add(variable("DOSQL_AUTH_JWKS_FILE", EngineVolumes.JWKS_FILE));
    variables.add(variable("DOSQL_AUTH_POLICY_FILE", EngineVolumes.POLICY_FILE));
    addFront(variables, spec);
    variables.add(variable("DOSQL_ADMIN_TOKEN_FILE", EngineVolumes.ADMIN_TOKEN_FILE));
    EngineStores.of(database).forEach(use -> variables.addAll(StoreEnvironment.of(use)));
    if (spec.backup() != null) {
      addArchive(variables, BackupTerms.of(database, spec.backup()));
    }
    return variables;
  }

  private static void addArchive(List<EnvVar> variables, BackupTerms terms) {
    if (!terms.archiving()) {
      variables.add(variable("DOSQL_ARCHIVE", "off"));
      variables.add(window(terms));
      return;
    }
    variables.add(variable("DOSQL_ARCHIVE", "continuous"));
    variables.add(variable("DOSQL_ARCHIVE_INTERVAL", terms.interval()));
    addNumber(variables, "DOSQL_ARCHIVE_MAX_LAG", bytes(terms.maxLag()));
    variables.add(variable("DOSQL_ARCHIVE_ON_MAX_LAG", terms.onMaxLag().name()));
    variables.add(window(terms));
    variables.add(variable("DOSQL_ARCHIVE_SNAPSHOT_INTERVAL", terms.snapshotInterval()));
  }

  private static EnvVar window(BackupTerms terms) {
    return variable("DOSQL_ARCHIVE_WINDOW", terms.window().toHours() + "h");
  }

  /** What is absent is as the engine has it. */
  private static void addLimits(List<EnvVar> variables, TenantLimits limits) {
    addNumber(variables, "DOSQL_LIMIT_CONCURRENT_REQUESTS", limits.maxConcurrentRequests());
    addNumber(variables, "DOSQL_LIMIT_WAITING_WRITERS", limits.maxWaitingWriters());
    if (limits.statementTimeout() != null) {
      variables.add(variable("DOSQL_LIMIT_STATEMENT_TIMEOUT", limits.statementTimeout()));
    }
    addNumber(variables, "DOSQL_LIMIT_RESULT_ROWS", limits.maxResultRows());
    addNumber(variables, "DOSQL_LIMIT_RESULT_BYTES", bytes(limits.maxResultSize()));
    addNumber(variables, "DOSQL_LIMIT_DATABASE_BYTES", bytes(limits.maxDatabaseSize()));
  }

  private static void addFront(List<EnvVar> variables, DatabaseSpec spec) {
    Tls tls = spec.tls();
    if (tls != null) {
      variables.add(variable("DOSQL_TLS_DIRECTORY", EngineVolumes.TLS_PATH));
      variables.add(variable("DOSQL_TLS_MIN_VERSION", tls.minVersion()));
    }
    RequestLimits limits = spec.limits();
    addNumber(variables, "DOSQL_RATE", limits.requestsPerSecond());
    addNumber(variables, "DOSQL_RATE_PER_TENANT", limits.requestsPerSecondPerTenant());
    addNumber(variables, "DOSQL_RATE_PER_TOKEN", limits.requestsPerSecondPerToken());
    if (!spec.corsOrigins().isEmpty()) {
      variables.add(
          variable("DOSQL_CORS_ORIGINS", String.join(",", new TreeSet<>(spec.corsOrigins()))));
    }
  }

  private static void addNumber(List<EnvVar> variables, String name, @Nullable Number value) {
    if (value != null) {
      variables.add(variable(name, value.toString()));
    }
  }

  private static @Nullable Number bytes(@Nullable String quantity) {
    return quantity == null ? null : Quantity.parse(quantity).getNumericalAmount().longValue();
  }

  private static boolean isSmall(DatabaseSpec spec) {
    Quantity limit = spec.resources().limits().get("memory");
    return limit != null && limit.getNumericalAmount().compareTo(SMALL_BYTES) < 0;
  }

  private static EnvVar variable(String name, String value) {
    return new EnvVar(name, value, null);
  }

  private static ContainerPort port(String name, int number) {
    return new ContainerPortBuilder()
        .withName(name)
        .withContainerPort(number)
        .withProtocol("TCP")
        .build();
  }

  private static Probe probe(DatabaseSpec spec, String path, int periodSeconds, int failuresMax) {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath(path)
        .withNewPort(HTTP_PORT_NAME)
        // The kubelet does not look at whose certificate it is. Absent is HTTP.
        .withScheme(spec.tls() == null ? null : "HTTPS")
        .endHttpGet()
        .withPeriodSeconds(periodSeconds)
        .withTimeoutSeconds(PROBE_TIMEOUT_SECONDS)
        .withFailureThreshold(failuresMax)
        .build();
  }
}
