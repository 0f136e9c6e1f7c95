package io.dosql.engine.archive.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class S3ObjectStoreTest extends ObjectStoreContract {

  private static final S3Limits LIMITS =
      new S3Limits(
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofSeconds(20),
          Duration.ofSeconds(60),
          3,
          Duration.ofMillis(1),
          Duration.ofMillis(2),
          S3Limits.PART_BYTES_MIN);

  private static S3Server server;

  // JUnit runs @BeforeAll before it makes an instance.
  @SuppressWarnings("NullAway")
  private final S3Settings settings = server.newBucket();

  @BeforeAll
  static void startServer(@TempDir Path folder) throws Exception {
    server = new S3Server(folder);
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  @Override
  protected ObjectStore open() {
    return new S3ObjectStore(settings, LIMITS, () -> S3Server.CREDENTIALS);
  }

  @Test
  void metadataAndSha256AreKept() {
    ObjectContent content =
        ObjectContent.of("abc".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    store.putIfAbsent(
        "a", content, Map.of(ObjectMetadata.LITESTREAM_TIMESTAMP, "2026-11-24T02:00:00.123Z"));

    assertThat(store.head("a").orElseThrow().metadata())
        .containsEntry("litestream-timestamp", "2026-11-24T02:00:00.123Z")
        .containsEntry(
            "sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void aLargeObjectGoesInPartsAndIsNotOverwrittenEither() throws Exception {
    Path first = randomFile("first", (2 * S3Limits.PART_BYTES_MIN) + 12345, 1);
    Path second = randomFile("second", (2 * S3Limits.PART_BYTES_MIN) + 1, 2);

    assertThat(store.putIfAbsent("big", ObjectContent.of(first), Map.of("name", "value")))
        .isEqualTo(PutResult.CREATED);
    assertThat(store.putIfAbsent("big", ObjectContent.of(second), Map.of()))
        .isEqualTo(PutResult.ALREADY_EXISTS);

    try (InputStream in = store.get("big", 0)) {
      assertThat(in).hasSameContentAs(Files.newInputStream(first));
    }
    ObjectInfo info = store.head("big").orElseThrow();
    assertThat(info.sizeBytes()).isEqualTo(Files.size(first));
    assertThat(info.metadata())
        .containsEntry("name", "value")
        .containsEntry("sha256", ObjectContent.of(first).sha256());
  }

  @Test
  void aWrongSecretAWrongKeyAndAMissingBucketAreToldApart() {
    expect(
        new S3Credentials(S3Server.CREDENTIALS.accessKeyId(), "wrong"),
        settings.bucket(),
        ErrorCode.STORAGE_PERMISSION_DENIED,
        "secretAccessKey");
    expect(
        new S3Credentials("wrong", "wrong"),
        settings.bucket(),
        ErrorCode.STORAGE_PERMISSION_DENIED,
        "accessKeyId");
    expect(S3Server.CREDENTIALS, "no-such-bucket", ErrorCode.STORAGE_BUCKET_NOT_FOUND, "Create");
  }

  @Test
  void aSecretThatIsCorrectedHealsTheStore() throws Exception {
    Path secret = Files.createDirectory(folder.resolve("secret"));
    try (ObjectStore healing = new S3ObjectStore(settings, LIMITS, new FileS3Credentials(secret))) {
      assertThat(healing.probe("probe")).isInstanceOf(ProbeResult.Unusable.class);
      Files.writeString(secret.resolve("accessKeyId"), S3Server.CREDENTIALS.accessKeyId() + "\n");
      Files.writeString(secret.resolve("secretAccessKey"), "wrong");
      assertThat(healing.probe("probe")).isInstanceOf(ProbeResult.Unusable.class);
      Files.writeString(
          secret.resolve("secretAccessKey"), S3Server.CREDENTIALS.secretAccessKey() + "\r\n");
      assertThat(healing.probe("probe")).isEqualTo(new ProbeResult.Usable());
    }
  }

  @Test
  void aServerThatIsNotThereIsUnavailable() throws Exception {
    URI endpoint;
    try (S3Server stopped = new S3Server(Files.createDirectory(folder.resolve("stopped")))) {
      endpoint = stopped.endpoint();
    }
    S3Settings gone = new S3Settings(endpoint, "backups", "us-east-1");
    try (ObjectStore lost = new S3ObjectStore(gone, LIMITS, () -> S3Server.CREDENTIALS)) {
      assertThatThrownBy(() -> lost.head("a"))
          .asInstanceOf(InstanceOfAssertFactories.type(DosqlException.class))
          .satisfies(
              failure -> {
                assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
                assertThat(failure).hasMessageContaining("no connection to " + endpoint);
                assertThat(failure.suggestion()).contains("can be reached from the pod");
              });
    }
  }

  private void expect(S3Credentials credentials, String bucket, ErrorCode code, String suggestion) {
    S3Settings wrong = new S3Settings(server.endpoint(), bucket, "us-east-1");
    try (ObjectStore broken = new S3ObjectStore(wrong, LIMITS, () -> credentials)) {
      assertThat(broken.probe("probe"))
          .asInstanceOf(InstanceOfAssertFactories.type(ProbeResult.Unusable.class))
          .satisfies(
              result -> {
                assertThat(result.code()).isEqualTo(code);
                assertThat(result.suggestion()).contains(suggestion);
              });
      assertThatThrownBy(() -> broken.putIfAbsent("a", ObjectContent.of(new byte[1]), Map.of()))
          .asInstanceOf(InstanceOfAssertFactories.type(DosqlException.class))
          .extracting(DosqlException::code)
          .isEqualTo(code);
      assertThatThrownBy(() -> broken.get("a", 0))
          .asInstanceOf(InstanceOfAssertFactories.type(DosqlException.class))
          .extracting(DosqlException::code)
          .isEqualTo(code);
      assertThatThrownBy(() -> broken.head("a"))
          .asInstanceOf(InstanceOfAssertFactories.type(DosqlException.class))
          .extracting(DosqlException::code)
          .isEqualTo(code);
    }
  }

  private Path randomFile(String name, long sizeBytes, long seed) throws IOException {
    byte[] bytes = new byte[(int) sizeBytes];
    new Random(seed).nextBytes(bytes);
    return Files.write(folder.resolve(name), bytes);
  }
}
