package io.dosql.engine.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.FaultyProxy;
import io.dosql.engine.archive.store.FaultyProxy.Fault;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.S3Credentials;
import io.dosql.engine.archive.store.S3Limits;
import io.dosql.engine.archive.store.S3ObjectStore;
import io.dosql.engine.archive.store.S3Server;
import io.dosql.engine.archive.store.S3Settings;
import io.dosql.engine.error.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3BackupsTest extends BackupsContract {

  private static final int ATTEMPTS = 3;
  private static final S3Limits QUICK =
      new S3Limits(
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          ATTEMPTS,
          Duration.ofMillis(1),
          Duration.ofMillis(2),
          5L << 20);

  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private static S3Server server;

  @SuppressWarnings("NullAway.Init") // Set when the store opens.
  private S3Settings settings;

  @BeforeAll
  static void startServer(@TempDir Path folder) throws Exception {
    server = new S3Server(folder);
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  @Override
  ObjectStore openStore(Path folder) {
    settings = server.newBucket();
    return openSameStore();
  }

  @Override
  ObjectStore openSameStore() {
    return new S3ObjectStore(settings, QUICK, () -> S3Server.CREDENTIALS);
  }

  @Override
  ArchiveLayout layout() {
    return ArchiveLayout.forS3("shop/orders");
  }

  /** The same bucket by way of a proxy that fails as it is told. */
  private BackupBench through(FaultyProxy proxy, Path other, S3Credentials credentials)
      throws Exception {
    S3Settings faulty = new S3Settings(proxy.endpoint(), settings.bucket(), settings.region());
    return new BackupBench(other, new S3ObjectStore(faulty, QUICK, () -> credentials), layout());
  }

  @ParameterizedTest
  @CsvSource({
    "500, InternalError,         STORAGE_UNAVAILABLE",
    "503, SlowDown,              STORAGE_RATE_LIMITED",
    "403, AccessDenied,          STORAGE_PERMISSION_DENIED",
    "404, NoSuchBucket,          STORAGE_BUCKET_NOT_FOUND"
  })
  void storeThatFails_failsTheOperationAndLeavesTheTenant(
      int status, String s3Code, ErrorCode expected, @TempDir Path other) throws Exception {
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint());
        BackupBench faulty = through(proxy, other, S3Server.CREDENTIALS)) {
      faulty.create("a", "one");
      faulty.take("first", "a");
      faulty.insert("a", "two");
      for (String request : List.of("PUT", "GET", ".ltx")) {
        for (int i = 0; i < ATTEMPTS; i++) {
          proxy.next(request, Fault.Answer.s3(status, s3Code));
        }
        if (request.equals("PUT")) {
          BackupBench.assertFails(expected, "", () -> faulty.take("second", "a"));
        } else {
          BackupBench.assertFails(
              expected, "", () -> faulty.restore("r-" + request.length(), "first"));
        }
        proxy.forget();
        assertThat(faulty.rows("a")).containsExactly("one", "two");
      }
      assertThat(faulty.insert("a", "three")).isEqualTo(4);
      faulty.take("second", "a");
      faulty.restore("r", "first", "a");
      assertThat(faulty.rows("a")).containsExactly("one");
    }
  }

  @Test
  void brokenTransfer_isGoneOnWith(@TempDir Path other) throws Exception {
    try (FaultyProxy proxy = new FaultyProxy(server.endpoint());
        BackupBench faulty = through(proxy, other, S3Server.CREDENTIALS)) {
      faulty.create("a", "one");
      faulty.take("first", "a");
      faulty.insert("a", "two");
      proxy.next("GET /" + settings.bucket() + "/shop/orders/lines", new Fault.BreakOff(200));
      faulty.restore("r", "first", "a");
      assertThat(faulty.rows("a")).containsExactly("one");
    }
  }

  @Test
  void wrongKey_isToldByItsCodeAndNotByItsSecret(@TempDir Path other) throws Exception {
    bench.create("a", "one");
    bench.take("first", "a");
    S3Credentials wrong = new S3Credentials(S3Server.CREDENTIALS.accessKeyId(), "wrong-secret-42");
    S3ObjectStore store = new S3ObjectStore(settings, QUICK, () -> wrong);
    try (BackupBench stranger = new BackupBench(other, store, layout())) {
      stranger.create("a", "mine");
      BackupBench.assertFails(
          ErrorCode.STORAGE_PERMISSION_DENIED, "", () -> stranger.restore("r", "first", "a"));
      BackupBench.assertFails(
          ErrorCode.STORAGE_PERMISSION_DENIED, "", () -> stranger.take("second", "a"));
      assertThatThrownBy(() -> stranger.take("second", "a"))
          .hasMessageNotContaining("wrong-secret-42");
      assertThat(stranger.rows("a")).containsExactly("mine");
    }
  }
}
