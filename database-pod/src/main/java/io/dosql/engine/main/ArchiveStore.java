package io.dosql.engine.main;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.FileS3Credentials;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.S3Limits;
import io.dosql.engine.archive.store.S3ObjectStore;
import io.dosql.engine.archive.store.S3Settings;
import io.dosql.engine.backup.StoreMonitor;
import java.net.URI;
import java.util.Optional;

/** The store that the environment names, and the map of what lies in it. */
record ArchiveStore(StoreMonitor.Kind kind, ObjectStore store, ArchiveLayout layout) {

  /** Empty if there is none. Whoever opens it closes the store. */
  static Optional<ArchiveStore> open(EngineConfiguration.Store store) {
    return switch (store) {
      case EngineConfiguration.Store.None none -> Optional.empty();
      case EngineConfiguration.Store.Directory directory ->
          Optional.of(
              new ArchiveStore(
                  StoreMonitor.Kind.DIRECTORY,
                  new DirectoryObjectStore(directory.directory()),
                  ArchiveLayout.forDirectory(directory.prefix())));
      case EngineConfiguration.Store.S3 s3 ->
          Optional.of(
              new ArchiveStore(
                  StoreMonitor.Kind.S3,
                  new S3ObjectStore(
                      new S3Settings(URI.create(s3.endpoint()), s3.bucket(), s3.region()),
                      S3Limits.defaults(),
                      new FileS3Credentials(s3.credentialsDirectory())),
                  ArchiveLayout.forS3(s3.prefix())));
    };
  }
}
