package io.dosql.engine.backup;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.crypt.EncryptedObjectStore;
import io.dosql.engine.archive.crypt.FileEncryptionKeys;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Backups are the same in an encrypted archive, to those who have the keys. */
class EncryptedBackupsTest extends BackupsContract {

  @Override
  ObjectStore openStore(Path folder) throws Exception {
    Files.createDirectories(folder.resolve("store"));
    Files.createDirectories(folder.resolve("encryption-scratch"));
    Files.createDirectories(folder.resolve("keys"));
    addKey("key-1");
    return openSameStore();
  }

  @Override
  ObjectStore openSameStore() {
    return new EncryptedObjectStore(
        new DirectoryObjectStore(folder.resolve("store")),
        layout(),
        new FileEncryptionKeys(folder.resolve("keys")),
        folder.resolve("encryption-scratch"),
        Clock.systemUTC());
  }

  @Override
  ArchiveLayout layout() {
    return ArchiveLayout.forDirectory("shop/orders");
  }

  private void addKey(String name) throws Exception {
    byte[] secret = new byte[32];
    new Random(name.hashCode()).nextBytes(secret);
    Files.write(folder.resolve("keys").resolve(name), secret);
    Files.writeString(folder.resolve("keys/active"), name);
  }

  @Test
  void theStoreHoldsNothingThatCanBeRead() throws Exception {
    bench.create("a", "a row that nobody else may read");
    bench.take("first");

    try (Stream<Path> files = Files.walk(folder.resolve("store/shop"))) {
      List<Path> objects = files.filter(Files::isRegularFile).toList();
      assertThat(objects).hasSizeGreaterThan(4);
      for (Path object : objects) {
        String content = Files.readString(object, ISO_8859_1);
        assertThat(content).doesNotContain("nobody else").doesNotContain("\"tenant\"");
        if (!object.endsWith("encryption.json")) {
          assertThat(content).startsWith("DSQLSEAL");
        }
      }
    }
  }

  @Test
  void afterARotation_backupsOfBothKeysRestore_untilTheOldKeyGoes() throws Exception {
    bench.create("a", "one");
    bench.take("first", "a");
    addKey("key-2");
    bench.insert("a", "two");
    bench.take("second", "a");

    bench.restore("r1", "first", "a");
    assertThat(bench.rows("a")).containsExactly("one");
    bench.restore("r2", "second", "a");
    assertThat(bench.rows("a")).containsExactly("one", "two");

    Files.delete(folder.resolve("keys/key-1"));
    BackupBench.assertFails(
        ErrorCode.STORAGE_ENCRYPTION_MISMATCH, "key-1", () -> bench.restore("r3", "first", "a"));
    assertThat(bench.rows("a")).containsExactly("one", "two");
  }
}
