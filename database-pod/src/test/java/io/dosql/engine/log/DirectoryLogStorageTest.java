package io.dosql.engine.log;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLogStorageTest extends LogStorageContract {

  private final LogStorage storage;

  DirectoryLogStorageTest(@TempDir Path directory) {
    storage = new DirectoryLogStorage(directory);
  }

  @Override
  LogStorage storage() {
    return storage;
  }
}
