package io.dosql.engine.main;

import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.restore.ArchiveHistory;
import io.dosql.engine.archiver.Archiver;
import io.dosql.engine.archiver.ArchiverLimits;
import io.dosql.engine.archiver.ArchiverThreads;
import io.dosql.engine.archiver.chain.ChainLimits;
import io.dosql.engine.archiver.chain.Chains;
import io.dosql.engine.archiver.chain.LineChains;
import io.dosql.engine.archiver.chain.PodTenants;
import io.dosql.engine.archiver.chain.SavedStateRetention;
import io.dosql.engine.backup.ArchiveBackups;
import io.dosql.engine.backup.BackupService;
import io.dosql.engine.backup.NoBackups;
import io.dosql.engine.backup.RestoreRate;
import io.dosql.engine.backup.StoreMonitor;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.tenant.DiskGuard;
import io.dosql.engine.tenant.TenantDatabase;
import io.dosql.engine.tenant.Tenants;
import io.dosql.engine.tenant.WriteStop;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import io.prometheus.client.CollectorRegistry;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes what backups need, for the kind of store that the environment names. */
@Factory
@Requires(property = Engine.STORAGE_PROPERTY, value = "true")
public final class ArchiveFactory {

  private static final Logger LOG = LoggerFactory.getLogger(ArchiveFactory.class);

  /** How long a restore waits for the newest commits to be archived. */
  private static final Duration CATCH_UP_MAX = Duration.ofSeconds(30);

  private static final String RECORDS_PREFIX = "records";

  private final Optional<ArchiveStore> archive;

  /** One for all, since it keeps apart those who delete snapshots and those who refer to them. */
  private final Optional<BackupCatalog> catalog;

  private final Optional<ArchiveStore> source;

  /** Where a restore from the source keeps what it must remember, if there is no archive. */
  private final Optional<ArchiveStore> records;

  ArchiveFactory(EngineConfiguration configuration, DataDirectory directory, Shutdown shutdown)
      throws IOException {
    this.archive = ArchiveStore.open(configuration.store(), directory.scratch());
    this.catalog = archive.map(in -> new BackupCatalog(in.store(), in.layout()));
    this.source = ArchiveStore.open(configuration.source(), directory.scratch());
    archive.ifPresent(in -> shutdown.closeAtEnd("object store", in.store()));
    source.ifPresent(in -> shutdown.closeAtEnd("other object store", in.store()));
    this.records = archive.isEmpty() && source.isPresent() ? records(directory) : Optional.empty();
    records.ifPresent(in -> shutdown.closeAtEnd("records of restores", in.store()));
    if (source.isEmpty()) {
      directory.removeBootstrap();
    }
  }

  private static Optional<ArchiveStore> records(DataDirectory directory) throws IOException {
    return ArchiveStore.open(
        new EngineConfiguration.Store.Directory(directory.makeBootstrap(), RECORDS_PREFIX),
        directory.scratch());
  }

  @Singleton
  BackupService backups(Tenants tenants, DataDirectory directory, ArchiveView view) {
    return archive
        .map(in -> backups(in, catalog.orElseThrow(), tenants, directory, view))
        .orElseGet(
            () ->
                new NoBackups(
                    records.map(
                        in ->
                            backups(
                                in,
                                new BackupCatalog(in.store(), in.layout()),
                                tenants,
                                directory,
                                view))));
  }

  private BackupService backups(
      ArchiveStore own,
      BackupCatalog ownCatalog,
      Tenants tenants,
      DataDirectory directory,
      ArchiveView view) {
    return new ArchiveBackups(
        tenants,
        new ArchiveBackups.Stored(ownCatalog, history(own, directory), newRate()),
        source.map(other -> toBeginWith(other, directory)),
        view.snapshotUse(own),
        directory.scratch(),
        directory::line,
        view.completeness(),
        Clock.systemUTC());
  }

  private static ArchiveBackups.Stored toBeginWith(ArchiveStore in, DataDirectory directory) {
    return new ArchiveBackups.Stored(
        new BackupCatalog(in.store(), in.layout()),
        ArchiveHistory.toBeginWith(
            in.store(),
            in.layout(),
            TenantDatabase.PAGE_SIZE_BYTES,
            directory.scratch(),
            directory::line),
        newRate());
  }

  private static RestoreRate newRate() {
    return new RestoreRate(System::nanoTime);
  }

  private static ArchiveHistory history(ArchiveStore in, DataDirectory directory) {
    return new ArchiveHistory(
        in.store(), in.layout(), TenantDatabase.PAGE_SIZE_BYTES, directory.scratch());
  }

  /**
   * Before the tenants are opened, which lets the log go of what they no longer need; so it ends
   * after they have.
   */
  @Singleton
  ArchiveView archiver(
      EngineConfiguration configuration,
      DataDirectory directory,
      CommitLog log,
      WriteStop writes,
      DiskGuard disk,
      CollectorRegistry registry,
      Shutdown shutdown)
      throws IOException {
    if (archive.isEmpty()) {
      return ArchiveView.off(directory::line, Optional.empty());
    }
    ArchiveStore in = archive.get();
    if (!configuration.archive().isContinuous()) {
      return ArchiveView.off(
          directory::line, Optional.of(savedStateRetention(in, configuration, shutdown)));
    }
    ArchiverLimits limits = limits(configuration.archive(), disk);
    Archiver archiver =
        new Archiver(
            log,
            directory,
            writes,
            new Archiver.Target(
                in.store(),
                in.layout(),
                configuration.database(),
                directory.scratch(),
                source.isPresent()),
            limits,
            configuration.archive().onMaxLag(),
            new Archiver.Surroundings(System::nanoTime, Clock.systemUTC(), new SecureRandom()));
    OpenedTenants tenants = new OpenedTenants();
    LineChains chains =
        new LineChains(
            (line, chainedTo) ->
                new Chains(
                    log,
                    archiver,
                    new PodTenants(tenants, line),
                    new Chains.Target(
                        in.store(),
                        in.layout(),
                        line,
                        directory.scratch(),
                        TenantDatabase.PAGE_SIZE_BYTES),
                    catalog.orElseThrow(),
                    chainedTo,
                    chainLimits(configuration.archive(), limits.maxLagBytes()),
                    Clock.systemUTC()));
    archiver.onClaimed(chains);
    archiver.followChains(chains::chainedTo);
    ArchiverThreads threads = new ArchiverThreads(archiver, log, limits, Clock.systemUTC());
    shutdown.closeAtEnd("archiver", threads);
    threads.start();
    ArchiveView view =
        new ArchiveView(
            archiver::status,
            Optional.of(chains),
            tenants,
            () -> threads.awaitArchived(CATCH_UP_MAX),
            Optional.empty());
    registry.register(new ArchiveMetrics(view));
    return view;
  }

  private static ChainLimits chainLimits(EngineConfiguration.Archive archive, long maxLagBytes) {
    return ChainLimits.defaults(archive.snapshotInterval(), archive.window(), maxLagBytes);
  }

  private SavedStateRetention savedStateRetention(
      ArchiveStore in, EngineConfiguration configuration, Shutdown shutdown) {
    SavedStateRetention retention =
        new SavedStateRetention(
            catalog.orElseThrow(),
            ArchiveView.snapshotUse(in, (line, tenants) -> {}),
            chainLimits(configuration.archive(), configuration.archive().maxLagBytes()),
            Clock.systemUTC());
    shutdown.closeAtEnd("retention of saved states", retention);
    retention.start();
    return retention;
  }

  /** What waits for the store must not fill the volume. */
  private static ArchiverLimits limits(EngineConfiguration.Archive archive, DiskGuard disk) {
    long half = disk.totalBytes() / 2;
    long maxLagBytes = archive.maxLagBytes();
    if (half > 0 && half < maxLagBytes) {
      LOG.info(
          "The limit maxLag is {} bytes, half of the volume, instead of {}", half, maxLagBytes);
      maxLagBytes = half;
    }
    return ArchiverLimits.DEFAULT.withInterval(archive.interval()).withMaxLag(maxLagBytes);
  }

  @Singleton
  StoreMonitor storeMonitor() {
    return archive
        .map(in -> new StoreMonitor(in.kind(), in.store(), in.layout(), Clock.systemUTC()))
        .orElseGet(StoreMonitor::new);
  }
}
