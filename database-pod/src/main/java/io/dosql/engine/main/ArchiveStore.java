package io.dosql.engine.main;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.crypt.EncryptedObjectStore;
import io.dosql.engine.archive.crypt.FileEncryptionKeys;
import io.dosql.engine.archive.crypt.PlainObjectStore;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.FileS3Credentials;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.S3Limits;
import io.dosql.engine.archive.store.S3ObjectStore;
import io.dosql.engine.archive.store.S3Settings;
import io.dosql.engine.backup.StoreMonitor;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The store that the environment names, and the map of what lies in it. */
record ArchiveStore(StoreMonitor.Kind kind, ObjectStore store, ArchiveLayout layout) {

  /**
   * Empty if there is none. Whoever opens it closes the store.
   *
   * @param scratch an existing folder for temporary files
   */
  static Optional<ArchiveStore> open(EngineConfiguration.Store store, Path scratch) {
    return switch (store) {
      case EngineConfiguration.Store.None none -> Optional.empty();
      case EngineConfiguration.Store.Directory directory ->
          Optional.of(
              new ArchiveStore(
                      StoreMonitor.Kind.DIRECTORY,
                      new DirectoryObjectStore(directory.directory()),
                      ArchiveLayout.forDirectory(directory.prefix()))
                  .encrypted(directory.encryptionKeys(), scratch));
      case EngineConfiguration.Store.S3 s3 ->
          Optional.of(
              new ArchiveStore(StoreMonitor.Kind.S3, open(s3), ArchiveLayout.forS3(s3.prefix()))
                  .encrypted(s3.encryptionKeys(), scratch));
    };
  }

  private static ObjectStore open(EngineConfiguration.Store.S3 s3) {
    return new S3ObjectStore(
        new S3Settings(
            URI.create(s3.endpoint()), s3.bucket(), s3.region(), s3.serverSideEncryption()),
        S3Limits.defaults(),
        new FileS3Credentials(s3.credentialsDirectory()));
  }

  private ArchiveStore encrypted(@Nullable Path keys, Path scratch) {
    ObjectStore around =
        keys == null
            ? new PlainObjectStore(store, layout)
            : new EncryptedObjectStore(
                store, layout, new FileEncryptionKeys(keys), scratch, Clock.systemUTC());
    return new ArchiveStore(kind, around, layout);
  }
}
