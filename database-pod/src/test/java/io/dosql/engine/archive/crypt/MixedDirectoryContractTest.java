package io.dosql.engine.archive.crypt;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.crypt.EncryptionMark.PlainObjects;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.ObjectStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.util.Map;

/** An encrypted store that looks at every object in its listings is one, too. */
class MixedDirectoryContractTest extends ObjectStoreContract {

  @Override
  protected ObjectStore open() throws IOException {
    DirectoryObjectStore directory =
        new DirectoryObjectStore(Files.createDirectories(folder.resolve("store")));
    ArchiveLayout layout = ArchiveLayout.forDirectory("");
    EncryptionMark mark =
        new EncryptionMark(
            EncryptionMark.FORMAT_VERSION, EncryptionMark.ENCRYPTION, "", PlainObjects.BEFORE);
    directory.putIfAbsent(
        layout.absolute(layout.encryptionMark()), ObjectContent.of(mark.toJson()), Map.of());
    return new EncryptedObjectStore(
        directory,
        layout,
        FixedKeys.of("k1"),
        Files.createDirectories(folder.resolve("scratch")),
        Clock.systemUTC());
  }
}
