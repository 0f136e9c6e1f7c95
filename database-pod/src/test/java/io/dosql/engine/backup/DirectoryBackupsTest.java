package io.dosql.engine.backup;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.ObjectStore;
import java.nio.file.Files;
import java.nio.file.Path;

class DirectoryBackupsTest extends BackupsContract {

  @Override
  ObjectStore openStore(Path folder) throws Exception {
    Files.createDirectories(folder.resolve("store"));
    return openSameStore();
  }

  @Override
  ObjectStore openSameStore() {
    return new DirectoryObjectStore(folder.resolve("store"));
  }

  @Override
  ArchiveLayout layout() {
    return ArchiveLayout.forDirectory("shop/orders");
  }
}
