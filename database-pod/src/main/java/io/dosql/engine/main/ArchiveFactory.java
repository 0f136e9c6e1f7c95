package io.dosql.engine.main;

import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.backup.ArchiveBackups;
import io.dosql.engine.backup.BackupService;
import io.dosql.engine.backup.NoBackups;
import io.dosql.engine.backup.StoreMonitor;
import io.dosql.engine.tenant.Tenants;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;

/** Makes what backups need, for the kind of store that the environment names. */
@Factory
@Requires(property = Engine.STORAGE_PROPERTY, value = "true")
public final class ArchiveFactory {

  private final Optional<ArchiveStore> archive;

  ArchiveFactory(EngineConfiguration configuration, Shutdown shutdown) {
    this.archive = ArchiveStore.open(configuration.store());
    archive.ifPresent(in -> shutdown.closeAtEnd("object store", in.store()));
  }

  @Singleton
  BackupService backups(Tenants tenants, DataDirectory directory) {
    return archive
        .<BackupService>map(
            in ->
                new ArchiveBackups(
                    tenants,
                    new BackupCatalog(in.store(), in.layout()),
                    directory.scratch(),
                    directory.line(),
                    Clock.systemUTC()))
        .orElseGet(NoBackups::new);
  }

  @Singleton
  StoreMonitor storeMonitor() {
    return archive
        .map(
            in ->
                new StoreMonitor(in.kind(), in.store(), in.layout().absolute(in.layout().probe())))
        .orElseGet(StoreMonitor::new);
  }
}
