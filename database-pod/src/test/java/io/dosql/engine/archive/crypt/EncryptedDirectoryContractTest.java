package io.dosql.engine.archive.crypt;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.ObjectStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;

/** An encrypted store is a store. */
class EncryptedDirectoryContractTest extends ObjectStoreContract {

  @Override
  protected ObjectStore open() throws IOException {
    return new EncryptedObjectStore(
        new DirectoryObjectStore(Files.createDirectories(folder.resolve("store"))),
        ArchiveLayout.forDirectory(""),
        FixedKeys.of("k1"),
        Files.createDirectories(folder.resolve("scratch")),
        Clock.systemUTC());
  }
}
