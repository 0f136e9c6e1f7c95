package io.dosql.engine.main;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.main.EngineConfiguration.Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveStoreTest {

  @TempDir Path folder;
  @TempDir Path keys;
  @TempDir Path scratch;

  @Test
  void whoHasKeysEncryptsAndWhoHasNoneIsRefused() throws Exception {
    byte[] secret = new byte[32];
    new Random(1).nextBytes(secret);
    Files.write(keys.resolve("k1"), secret);
    Files.writeString(keys.resolve("active"), "k1");
    try (ObjectStore store = open(new Store.Directory(folder, "p", keys))) {
      store.putIfAbsent("p/a", ObjectContent.of(new byte[10]), Map.of());
    }

    assertThat(Files.readString(folder.resolve("p/a"), ISO_8859_1)).startsWith("DSQLSEAL");
    try (ObjectStore store = open(new Store.Directory(folder, "p"))) {
      assertThatThrownBy(() -> store.head("p/a")).hasMessageContaining("The archive is encrypted");
    }
  }

  private ObjectStore open(Store store) {
    return ArchiveStore.open(store, scratch).orElseThrow().store();
  }
}
