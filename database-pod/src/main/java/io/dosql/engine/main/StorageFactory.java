package io.dosql.engine.main;

import io.dosql.engine.admin.Archiving;
import io.dosql.engine.admin.DebugSource;
import io.dosql.engine.admin.PodAdmin;
import io.dosql.engine.backup.BackupService;
import io.dosql.engine.backup.StoreMonitor;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.DirectoryLogStorage;
import io.dosql.engine.log.LogOptions;
import io.dosql.engine.migration.TenantMigrator;
import io.dosql.engine.session.Durability;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.session.Sessions;
import io.dosql.engine.session.TenantSessions;
import io.dosql.engine.sqlite.SqliteHeap;
import io.dosql.engine.sqlite.SqliteLibrary;
import io.dosql.engine.tenant.DiskGuard;
import io.dosql.engine.tenant.Pools;
import io.dosql.engine.tenant.RowChangeOptions;
import io.dosql.engine.tenant.TenantEnvironment;
import io.dosql.engine.tenant.TenantLimits;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.Tenants;
import io.dosql.engine.tenant.WriteStop;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import io.prometheus.client.CollectorRegistry;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes what holds the data: the log, the tenants, backups, and the admin service over them. Not
 * there when whoever starts the engine brings sessions of his own.
 */
@Factory
@Requires(property = Engine.STORAGE_PROPERTY, value = "true")
public final class StorageFactory {

  private static final Logger LOG = LoggerFactory.getLogger(StorageFactory.class);
  private static final int LOG_FAILED = 3;

  @Singleton
  ContainerMemory containerMemory() {
    return new ContainerMemory();
  }

  @Singleton
  MemoryGuard memoryGuard(
      MemoryBudget budget,
      ContainerMemory memory,
      Tenants tenants,
      CollectorRegistry registry,
      Shutdown shutdown) {
    MemoryGuard guard = new MemoryGuard(budget, memory::usedBytes, tenants, System::nanoTime);
    shutdown.closeAtEnd("memory guard", guard);
    registry.register(new MemoryMetrics(budget, memory, guard));
    guard.start();
    return guard;
  }

  @Singleton
  DebugSource debugSource(
      MemoryBudget budget, ContainerMemory memory, MemoryGuard guard, Tenants tenants) {
    return new PodDebug(budget, memory, guard, tenants, System::nanoTime);
  }

  @Singleton
  DataDirectory dataDirectory(EngineConfiguration configuration, Shutdown shutdown)
      throws IOException {
    DataDirectory directory = DataDirectory.open(configuration.dataDirectory());
    shutdown.closeAtEnd("data directory", directory);
    return directory;
  }

  @Singleton
  CommitLog commitLog(
      DataDirectory directory,
      SessionOptions sessions,
      CollectorRegistry registry,
      Shutdown shutdown)
      throws IOException {
    Files.createDirectories(directory.log());
    CommitLog log =
        CommitLog.open(
            logOptions(sessions.durability()),
            new DirectoryLogStorage(directory.log()),
            StorageFactory::endProcess,
            Clock.systemUTC());
    shutdown.closeAtEnd("commit log", log);
    if (log.recovery().isNew()) {
      directory.requireNoTenants();
    }
    registry.register(new LogMetrics(log));
    return log;
  }

  private static LogOptions logOptions(Durability durability) {
    return switch (durability) {
      case STRICT -> LogOptions.DEFAULT;
      case RELAXED ->
          LogOptions.DEFAULT.withRelaxedFlushInterval(LogOptions.RELAXED_FLUSH_INTERVAL);
    };
  }

  /** Rule 4: who cannot write the log must not go on, and must not run anything on its way out. */
  private static void endProcess(Throwable failure) {
    LOG.error("The commit log cannot be written; the process ends to lose nothing", failure);
    Runtime.getRuntime().halt(LOG_FAILED);
  }

  @Singleton
  DiskGuard diskGuard(DataDirectory directory, TenantLimits limits) throws IOException {
    return new DiskGuard(directory.scratch(), limits.diskReserveBytes());
  }

  @Singleton
  WriteStop writeStop() {
    return new WriteStop();
  }

  @Singleton
  Tenants tenants(
      EngineConfiguration configuration,
      DataDirectory directory,
      CommitLog log,
      ArchiveView archive,
      DiskGuard disk,
      WriteStop writes,
      TenantLimits limits,
      CollectorRegistry registry,
      Shutdown shutdown)
      throws IOException {
    // Here rather than at the first query: who lacks the library should not seem ready.
    SqliteLibrary _ = SqliteLibrary.get();
    LOG.info("Archiving is {}", archive.status().get().state().word());
    SqliteHeap.limitProcess(limits.maxHeapBytes());
    Pools pools = Pools.forThisMachine();
    shutdown.closeAtEnd("pools", pools);
    Tenants tenants =
        Tenants.open(
            new TenantEnvironment(
                directory.tenants(),
                log,
                pools,
                limits,
                disk,
                writes,
                configuration.capturesRowChanges()
                    ? RowChangeOptions.DEFAULT
                    : RowChangeOptions.OFF),
            new Tenants.TenantAdmission(
                configuration.tenants().open(),
                configuration.tenants().names().stream()
                    .map(TenantName::new)
                    .collect(Collectors.toSet())));
    shutdown.closeAtEnd("tenants", tenants);
    archive.tenantsAreOpened(tenants, shutdown);
    registry.register(new TenantMetrics(tenants, disk));
    return tenants;
  }

  @Singleton
  Sessions sessions(Tenants tenants, CommitLog log) {
    return new TenantSessions(tenants, log);
  }

  @Singleton
  PodAdmin podAdmin(
      EngineConfiguration configuration,
      DataDirectory directory,
      Tenants tenants,
      CommitLog log,
      DiskGuard disk,
      BackupService backups,
      StoreMonitor store,
      ArchiveView archive,
      CollectorRegistry registry,
      Shutdown shutdown) {
    Clock clock = Clock.systemUTC();
    PodAdmin admin =
        new PodAdmin(
            new PodAdmin.Identity(Version.current(), configuration.database(), clock.instant()),
            tenants,
            log,
            disk,
            new TenantMigrator(clock),
            backups,
            store,
            new Archiving(archive.status(), archive::chainStatus, archive::retentionStatus),
            clock);
    shutdown.closeAtEnd("operations", admin);
    registry.register(new BackupMetrics(admin, store));
    return admin;
  }
}
