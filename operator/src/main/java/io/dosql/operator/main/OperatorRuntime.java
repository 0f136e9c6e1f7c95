package io.dosql.operator.main;

import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLMigration;
import io.dosql.crds.DoSQLRestore;
import io.dosql.operator.backup.BackupReconciler;
import io.dosql.operator.backup.RecreatedBackups;
import io.dosql.operator.database.DatabaseReconciler;
import io.dosql.operator.migration.MigrationReconciler;
import io.dosql.operator.pod.EngineClients;
import io.dosql.operator.pod.EngineImages;
import io.dosql.operator.pod.PodEndpoints;
import io.dosql.operator.pod.SecretAdminTokens;
import io.dosql.operator.restore.RestoreReconciler;
import io.dosql.operator.status.EventPublisher;
import io.dosql.operator.step.StepRunner;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ConfigurationServiceOverrider;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfigurationBuilder;
import io.javaoperatorsdk.operator.api.monitoring.AggregatedMetrics;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.processing.event.rate.LinearRateLimiter;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.prometheus.client.CollectorRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator without a process around it: four controllers over one client. It is started once
 * and stopped once; the client belongs to the caller and stays open.
 */
public final class OperatorRuntime implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OperatorRuntime.class);

  /** The field manager of everything that the operator writes, and the source of its events. */
  public static final String NAME = "dosql-operator";

  private static final Duration RETRY_INITIAL = Duration.ofSeconds(1);
  private static final Duration RETRY_MAX = Duration.ofMinutes(1);

  /** A resource that keeps changing is looked at no more often than so. */
  private static final Duration RATE_PERIOD = Duration.ofSeconds(5);

  private static final int RATE_PER_PERIOD = 20;

  /** A safety net only: resources that need a look say when. */
  private static final Duration RESYNC = Duration.ofHours(1);

  private static final Duration CACHE_SYNC_MAX = Duration.ofMinutes(1);
  private static final Duration STOP_MAX = Duration.ofSeconds(10);

  private final Operator operator;
  private final EngineClients engines;
  private final OperatorConfig config;

  /**
   * @param endpoints where the pods of databases are
   * @param registry gets the operator's metrics
   */
  public OperatorRuntime(
      KubernetesClient client,
      PodEndpoints endpoints,
      Clock clock,
      OperatorConfig config,
      CollectorRegistry registry) {
    this.config = config;
    OperatorMetrics metrics = new OperatorMetrics(registry);
    this.engines =
        new EngineClients(
            endpoints,
            new SecretAdminTokens(client),
            config.engineConnectTimeout(),
            config.engineRequestTimeout(),
            metrics);
    RecreatedBackups recreated = new RecreatedBackups();
    // The first one times the passes.
    Metrics told = new AggregatedMetrics(List.of(metrics, recreated));
    this.operator = new Operator(overrider -> configure(overrider, client, told));
    EventPublisher events = new EventPublisher(client, clock, NAME);
    StepRunner steps = new StepRunner(events);
    EngineImages images = new EngineImages(config.databaseImage());
    DatabaseReconciler databases =
        new DatabaseReconciler(
            client, engines, endpoints, clock, new SecureRandom(), events, images);
    new DatabaseMetrics(databases::known).register(registry);
    register(DoSQLDatabase.class, databases);
    register(DoSQLMigration.class, new MigrationReconciler(engines, clock, steps));
    registerBackups(new BackupReconciler(client, engines, images, clock, steps, events, recreated));
    register(DoSQLRestore.class, new RestoreReconciler(client, engines, clock, steps));
  }

  private void configure(
      ConfigurationServiceOverrider overrider, KubernetesClient client, Metrics metrics) {
    overrider
        .withKubernetesClient(client)
        .withCloseClientOnStop(false)
        .withConcurrentReconciliationThreads(config.reconcileThreads())
        .withConcurrentWorkflowExecutorThreads(1)
        .withReconciliationTerminationTimeout(STOP_MAX)
        .withCacheSyncTimeout(CACHE_SYNC_MAX)
        .withMetrics(metrics);
    if (!config.ownsProcess()) {
      overrider.withInformerStoppedHandler(
          (informer, failure) -> {
            if (failure != null) {
              LOG.error("the watch {} ended and does not come back", informer, failure);
            }
          });
    }
    config
        .leadership()
        .ifPresent(leadership -> overrider.withLeaderElectionConfiguration(election(leadership)));
  }

  private static LeaderElectionConfiguration election(OperatorConfig.Leadership leadership) {
    return LeaderElectionConfigurationBuilder.aLeaderElectionConfiguration(leadership.leaseName())
        .withLeaseNamespace(leadership.namespace())
        .withIdentity(leadership.identity())
        .build();
  }

  private <P extends HasMetadata> void register(Class<P> type, Reconciler<P> reconciler) {
    var _ = operator.register(reconciler, settings -> settings(type, settings));
  }

  /**
   * Backups are seen when they are being deleted too, which the SDK offers to reconcilers that want
   * a finalizer on each and every resource, or to those that want to see all events.
   */
  private void registerBackups(BackupReconciler reconciler) {
    var _ =
        operator.register(
            reconciler,
            settings -> {
              settings(DoSQLBackup.class, settings);
              settings
                  .withGenerationAware(false)
                  .withOnUpdateFilter(BackupReconciler::isNews)
                  .withTriggerReconcilerOnAllEvents(true);
            });
  }

  private <P extends HasMetadata> void settings(
      Class<P> type, ControllerConfigurationOverrider<P> settings) {
    settings
        .withName(type.getSimpleName())
        .withFieldManager(NAME)
        .withRetry(
            new GenericRetry()
                .setInitialInterval(RETRY_INITIAL.toMillis())
                .setMaxInterval(RETRY_MAX.toMillis())
                .withoutMaxAttempts())
        .withRateLimiter(new LinearRateLimiter(RATE_PERIOD, RATE_PER_PERIOD))
        .withReconciliationMaxInterval(RESYNC);
    Set<String> namespaces = config.watchNamespaces();
    if (namespaces.isEmpty()) {
      settings.watchingAllNamespaces();
    } else {
      settings.settingNamespaces(namespaces);
    }
  }

  /**
   * Starts watching, and reconciling unless another operator leads; returns when the caches are
   * filled.
   *
   * @throws io.javaoperatorsdk.operator.OperatorException when they could not be: the API server is
   *     not there, the CRDs are not installed, or a right is missing
   */
  public void start() {
    operator.start();
    LOG.info(
        "started; namespaces: {}",
        config.watchNamespaces().isEmpty() ? "all" : config.watchNamespaces());
  }

  /** Whether it was started and all its watches are alive; a standby's are too. */
  public boolean isHealthy() {
    return operator.getRuntimeInfo().isStarted()
        && operator.getRuntimeInfo().allEventSourcesAreHealthy();
  }

  /** Lets passes that run end, up to ten seconds, and stops. The leadership is given up. */
  @Override
  public void close() {
    operator.stop();
    engines.close();
    LOG.info("stopped");
  }
}
