package io.dosql.engine.main;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.FileS3Credentials;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.S3Limits;
import io.dosql.engine.archive.store.S3ObjectStore;
import io.dosql.engine.archive.store.S3Settings;
import io.dosql.engine.backup.ArchiveBackups;
import io.dosql.engine.backup.BackupService;
import io.dosql.engine.backup.NoBackups;
import io.dosql.engine.backup.StoreMonitor;
import io.dosql.engine.tenant.Tenants;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;

/** Makes what backups need, for the kind of store that the environment names. */
@Factory
@Requires(property = Engine.STORAGE_PROPERTY, value = "true")
public final class ArchiveFactory {

  /** The store and the map of what lies in it. */
  private sealed interface Archive {

    record None() implements Archive {}

    record In(StoreMonitor.Kind kind, ObjectStore store, ArchiveLayout layout) implements Archive {}
  }

  private final Archive archive;

  ArchiveFactory(EngineConfiguration configuration, Shutdown shutdown) {
    this.archive = open(configuration.store());
    if (archive instanceof Archive.In in) {
      shutdown.closeAtEnd("object store", in.store());
    }
  }

  private static Archive open(EngineConfiguration.Store store) {
    return switch (store) {
      case EngineConfiguration.Store.None none -> new Archive.None();
      case EngineConfiguration.Store.Directory directory ->
          new Archive.In(
              StoreMonitor.Kind.DIRECTORY,
              new DirectoryObjectStore(directory.directory()),
              ArchiveLayout.forDirectory(directory.prefix()));
      case EngineConfiguration.Store.S3 s3 ->
          new Archive.In(
              StoreMonitor.Kind.S3,
              new S3ObjectStore(
                  new S3Settings(URI.create(s3.endpoint()), s3.bucket(), s3.region()),
                  S3Limits.defaults(),
                  new FileS3Credentials(s3.credentialsDirectory())),
              ArchiveLayout.forS3(s3.prefix()));
    };
  }

  @Singleton
  BackupService backups(Tenants tenants, DataDirectory directory) {
    return switch (archive) {
      case Archive.None none -> new NoBackups();
      case Archive.In in ->
          new ArchiveBackups(
              tenants,
              new BackupCatalog(in.store(), in.layout()),
              directory.scratch(),
              directory.line(),
              Clock.systemUTC());
    };
  }

  @Singleton
  StoreMonitor storeMonitor() {
    return switch (archive) {
      case Archive.None none -> new StoreMonitor();
      case Archive.In in ->
          new StoreMonitor(in.kind(), in.store(), in.layout().absolute(in.layout().probe()));
    };
  }
}
