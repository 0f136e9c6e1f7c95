package io.dosql.engine.archive.chain;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.ObjectStore;
import java.nio.file.Files;

class DirectoryChainCatalogTest extends ChainCatalogContract {

  @Override
  ObjectStore openStore() throws Exception {
    return new DirectoryObjectStore(Files.createDirectories(folder.resolve("store")));
  }

  @Override
  ArchiveLayout layout() {
    return ArchiveLayout.forDirectory("shop/orders");
  }

  @Override
  String level(int number) {
    return "ltx/" + number;
  }
}
