package io.dosql.engine.archive.crypt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.FaultyProxy;
import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.ObjectMetadata;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.ObjectStoreContract;
import io.dosql.engine.archive.store.S3Limits;
import io.dosql.engine.archive.store.S3ObjectStore;
import io.dosql.engine.archive.store.S3Server;
import io.dosql.engine.archive.store.S3Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An encrypted store on S3 is a store; in addition it keeps metadata, which nobody can read. */
class EncryptedS3ContractTest extends ObjectStoreContract {

  private static S3Server server;

  // JUnit runs @BeforeAll before it makes an instance.
  @SuppressWarnings("NullAway")
  private final S3Settings settings = server.newBucket();

  private final S3ObjectStore s3 =
      new S3ObjectStore(settings, S3Limits.defaults(), () -> S3Server.CREDENTIALS);

  @BeforeAll
  static void startServer(@TempDir Path folder) throws Exception {
    server = new S3Server(folder);
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  @Override
  protected ObjectStore open() throws IOException {
    return new EncryptedObjectStore(
        s3,
        ArchiveLayout.forS3(""),
        FixedKeys.of("k1"),
        Files.createDirectories(folder.resolve("scratch")),
        Clock.systemUTC());
  }

  @Test
  void metadataComeBackAndTheStoreCannotReadThem() {
    ObjectContent content = ObjectContent.of("abc".getBytes(UTF_8));
    store.putIfAbsent(
        "a",
        content,
        Map.of("name", "value", ObjectMetadata.LITESTREAM_TIMESTAMP, "2026-11-24T02:00:00.123Z"));

    assertThat(store.head("a").orElseThrow().metadata())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "name",
                "value",
                "litestream-timestamp",
                "2026-11-24T02:00:00.123Z",
                "sha256",
                content.sha256()));
    ObjectInfo stored = s3.head("a").orElseThrow();
    assertThat(stored.metadata())
        .containsEntry("encryption-key", "k1")
        .containsEntry("litestream-timestamp", "2026-11-24T02:00:00.123Z")
        .doesNotContainKey("name");
    assertThat(stored.metadata().get("sha256")).isNotEqualTo(content.sha256());
  }

  @Test
  void aFileInPartsComesBackFromAnyPlace() throws Exception {
    byte[] bytes = new byte[300_000];
    new Random(7).nextBytes(bytes);
    Path file = Files.write(folder.resolve("content"), bytes);
    store.putIfAbsent("big", ObjectContent.of(file), Map.of());

    try (InputStream in = store.get("big", 200_000, 1000)) {
      assertThat(in.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, 200_000, 201_000));
    }
    assertThat(store.head("big").orElseThrow().sizeBytes()).isEqualTo(bytes.length);
  }

  @Test
  void aTransferThatBreaksOffGoesOnWhereItWas() throws Exception {
    byte[] bytes = new byte[300_000];
    new Random(8).nextBytes(bytes);
    store.putIfAbsent("big", ObjectContent.of(bytes), Map.of());
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint());
        ObjectStore broken = through(proxy)) {
      proxy.next("GET", new FaultyProxy.Fault.BreakOff(50));
      proxy.next("/big", new FaultyProxy.Fault.BreakOff(150_000));
      proxy.next("/big", new FaultyProxy.Fault.BreakOff(50));
      ByteArrayOutputStream received = new ByteArrayOutputStream();

      try (InputStream in = broken.get("big", 0)) {
        assertThatThrownBy(() -> in.transferTo(received)).isInstanceOf(IOException.class);
      }
      assertThat(received.size())
          .describedAs("whole segments that were proved")
          .isEqualTo(2 * SealedFormat.SEGMENT_PLAIN_BYTES - SealedFormat.PREAMBLE_BYTES);
      try (InputStream in = broken.get("big", received.size())) {
        in.transferTo(received);
      }
      assertThat(received.toByteArray()).isEqualTo(bytes);
    }
  }

  private ObjectStore through(FaultyProxy proxy) {
    return new EncryptedObjectStore(
        new S3ObjectStore(
            new S3Settings(proxy.endpoint(), settings.bucket(), settings.region()),
            S3Limits.defaults(),
            () -> S3Server.CREDENTIALS),
        ArchiveLayout.forS3(""),
        FixedKeys.of("k1"),
        folder,
        Clock.systemUTC());
  }
}
