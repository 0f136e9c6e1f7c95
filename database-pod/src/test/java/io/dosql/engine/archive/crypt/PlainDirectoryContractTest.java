package io.dosql.engine.archive.crypt;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.ObjectStoreContract;
import java.io.IOException;
import java.nio.file.Files;

/** A store that guards against encrypted archives is a store. */
class PlainDirectoryContractTest extends ObjectStoreContract {

  @Override
  protected ObjectStore open() throws IOException {
    return new PlainObjectStore(
        new DirectoryObjectStore(Files.createDirectories(folder.resolve("store"))),
        ArchiveLayout.forDirectory(""));
  }
}
