package io.dosql.engine.archive.chain;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.S3Limits;
import io.dosql.engine.archive.store.S3ObjectStore;
import io.dosql.engine.archive.store.S3Server;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class S3ChainCatalogTest extends ChainCatalogContract {

  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private static S3Server server;

  @BeforeAll
  static void startServer(@TempDir Path folder) throws Exception {
    server = new S3Server(folder);
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  @Override
  ObjectStore openStore() {
    return new S3ObjectStore(server.newBucket(), S3Limits.defaults(), () -> S3Server.CREDENTIALS);
  }

  @Override
  ArchiveLayout layout() {
    return ArchiveLayout.forS3("shop/orders");
  }

  @Override
  String level(int number) {
    return "%04d".formatted(number);
  }
}
