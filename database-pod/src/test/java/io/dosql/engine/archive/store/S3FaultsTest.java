package io.dosql.engine.archive.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.dosql.engine.archive.store.FaultyProxy.Fault;
import io.dosql.engine.archive.store.FaultyProxy.Fault.Answer;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.http.TestCertificate;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real server behind a network and gateways that fail. */
class S3FaultsTest {

  private static final int ATTEMPTS = 4;

  private static S3Server server;

  @TempDir Path folder;
  private FaultyProxy proxy;
  private String bucket = "";
  private S3ObjectStore store;
  private S3ObjectStore direct;
  private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());

  @BeforeAll
  static void startServer(@TempDir Path folder) throws Exception {
    server = new S3Server(folder);
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  @BeforeEach
  void openStores() throws IOException {
    S3Settings settings = server.newBucket();
    bucket = settings.bucket();
    proxy = new FaultyProxy(server.endpoint());
    S3Settings throughProxy =
        new S3Settings(proxy.endpoint(), settings.bucket(), settings.region());
    store =
        new S3ObjectStore(
            throughProxy,
            limits(Duration.ofSeconds(20)),
            () -> S3Server.CREDENTIALS,
            pauses::add,
            () -> new Random(1));
    direct = new S3ObjectStore(settings, S3Limits.defaults(), () -> S3Server.CREDENTIALS);
  }

  @AfterEach
  void close() {
    store.close();
    direct.close();
    proxy.close();
  }

  @Test
  void whatPassesByIsRepeatedWithGrowingPauses() {
    proxy.next("PUT", Answer.s3(503, "SlowDown"));
    proxy.next("PUT", Answer.s3(500, "InternalError"));
    proxy.next("PUT", new Answer(502, "text/html", "<h1>Bad Gateway</h1>"));

    assertThat(put("a", "x")).isEqualTo(PutResult.CREATED);

    assertThat(proxy.requests("PUT")).hasSize(4);
    assertThat(pauses).hasSize(3);
    assertThat(pauses.get(0)).isLessThanOrEqualTo(Duration.ofMillis(200));
    assertThat(pauses.get(1)).isLessThanOrEqualTo(Duration.ofMillis(400));
    assertThat(pauses.get(2)).isLessThanOrEqualTo(Duration.ofMillis(800));
  }

  @ParameterizedTest
  @CsvSource({
    "500, InternalError,            STORAGE_UNAVAILABLE,       true",
    "503, ServiceUnavailable,       STORAGE_UNAVAILABLE,       true",
    "503, SlowDown,                 STORAGE_RATE_LIMITED,      true",
    "400, RequestTimeout,           STORAGE_TIMEOUT,           true",
    "409, ConditionalRequestConflict, STORAGE_CONFLICT,        true",
    "403, AccessDenied,             STORAGE_PERMISSION_DENIED, false",
    "403, InvalidAccessKeyId,       STORAGE_PERMISSION_DENIED, false",
    "403, SignatureDoesNotMatch,    STORAGE_PERMISSION_DENIED, false",
    "403, RequestTimeTooSkewed,     STORAGE_PERMISSION_DENIED, false",
    "400, AuthorizationHeaderMalformed, STORAGE_PERMISSION_DENIED, false",
    "404, NoSuchBucket,             STORAGE_BUCKET_NOT_FOUND,  false",
    "403, ExpiredToken,             STORAGE_PERMISSION_DENIED, false",
    "405, MethodNotAllowed,         STORAGE_PERMISSION_DENIED, false",
    "301, PermanentRedirect,        STORAGE_PERMISSION_DENIED, false",
    "400, KMS.NotFoundException,    STORAGE_PERMISSION_DENIED, false",
    "400, XMinioKMSNotConfigured,   STORAGE_PERMISSION_DENIED, false",
    "403, QuotaExceeded,            STORAGE_FULL,              true",
    "507, XMinioStorageFull,        STORAGE_FULL,              true",
    "507, Whatever,                 STORAGE_FULL,              true",
    "429, TooManyRequests,          STORAGE_RATE_LIMITED,      true",
    "501, NotImplemented,           STORAGE_UNAVAILABLE,       true",
    "400, BadDigest,                STORAGE_UNAVAILABLE,       true",
  })
  void everyErrorHasItsCodeAndABoundedNumberOfAttempts(
      int status, String s3Code, ErrorCode expected, boolean repeated) {
    for (int i = 0; i < ATTEMPTS; i++) {
      proxy.next("PUT", Answer.s3(status, s3Code));
    }

    DosqlException failure = failure(() -> put("a", "x"));

    assertThat(failure.code()).isEqualTo(expected);
    assertThat(failure).hasMessageContaining("Cannot write a in the bucket");
    assertThat(failure.suggestion()).isNotBlank();
    assertThat(proxy.requests("PUT")).hasSize(repeated ? ATTEMPTS : 1);
  }

  /** The answer to a HEAD has no body that could name the error. */
  @ParameterizedTest
  @CsvSource({
    "301, STORAGE_PERMISSION_DENIED, false",
    "400, STORAGE_UNAVAILABLE,       true",
    "403, STORAGE_PERMISSION_DENIED, false",
    "429, STORAGE_RATE_LIMITED,      true",
    "500, STORAGE_UNAVAILABLE,       true",
    "503, STORAGE_UNAVAILABLE,       true",
    "507, STORAGE_FULL,              true",
  })
  void aStatusWithoutABodyHasItsCode(int status, ErrorCode expected, boolean repeated) {
    for (int i = 0; i < ATTEMPTS; i++) {
      proxy.next("HEAD", new Answer(status, "application/xml", ""));
    }

    DosqlException failure = failure(() -> store.head("a"));

    assertThat(failure.code()).isEqualTo(expected);
    assertThat(failure.suggestion()).isNotBlank();
    assertThat(proxy.requests("HEAD")).hasSize(repeated ? ATTEMPTS : 1);
  }

  @Test
  void aServerThatAsksForAPauseGetsIt() {
    proxy.next("PUT", Answer.s3(503, "SlowDown").with("Retry-After", "7"));
    proxy.next("PUT", new Answer(429, "text/plain", "slower").with("Retry-After", "100000"));
    proxy.next("PUT", Answer.s3(503, "SlowDown").with("Retry-After", "-1"));

    assertThat(put("a", "x")).isEqualTo(PutResult.CREATED);

    assertThat(pauses).hasSize(3);
    assertThat(pauses.get(0)).isBetween(Duration.ofSeconds(7), Duration.ofMillis(7200));
    assertThat(pauses.get(1))
        .isBetween(Retry.RETRY_AFTER_MAX, Retry.RETRY_AFTER_MAX.plusMillis(400));
    assertThat(pauses.get(2)).isLessThanOrEqualTo(Duration.ofMillis(800));
  }

  @Test
  void aKeyThatIsExchangedDuringACallIsTriedAtOnce() throws Exception {
    Path secret = Files.createDirectory(folder.resolve("secret"));
    Files.writeString(secret.resolve("accessKeyId"), "old");
    Files.writeString(secret.resolve("secretAccessKey"), "old");
    proxy.next(
        "PUT",
        new Fault.After(
            () -> {
              try {
                Files.writeString(
                    secret.resolve("accessKeyId"), S3Server.CREDENTIALS.accessKeyId());
                Files.writeString(
                    secret.resolve("secretAccessKey"), S3Server.CREDENTIALS.secretAccessKey());
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }));
    try (S3ObjectStore rotated = store(proxy, new FileS3Credentials(secret))) {
      assertThat(rotated.putIfAbsent("a", ObjectContent.of("x".getBytes(UTF_8)), Map.of()))
          .isEqualTo(PutResult.CREATED);
    }
    assertThat(proxy.requests("PUT")).hasSize(2);
    assertThat(pauses).isEmpty();
  }

  @Test
  void aKeyThatIsWrongAndStaysIsTriedOnce() throws Exception {
    try (S3ObjectStore wrong = store(proxy, () -> new S3Credentials("wrong", "wrong"))) {
      assertThat(failure(() -> wrong.head("a")).code())
          .isEqualTo(ErrorCode.STORAGE_PERMISSION_DENIED);
    }
    assertThat(proxy.requests("HEAD")).hasSize(1);
  }

  @Test
  void aCertificateThatNobodyTrustsIsToldAsSuch() throws Exception {
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(
        new HttpsConfigurator(TestCertificate.make(folder, "EC").server("TLSv1.3")));
    https.start();
    S3Settings untrusted =
        new S3Settings(
            URI.create("https://127.0.0.1:" + https.getAddress().getPort()), bucket, "us-east-1");
    try (S3ObjectStore refused =
        new S3ObjectStore(
            untrusted,
            limits(Duration.ofSeconds(20)),
            () -> S3Server.CREDENTIALS,
            pauses::add,
            () -> new Random(1))) {
      DosqlException failure = failure(() -> refused.head("a"));

      assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
      assertThat(failure).hasMessageContaining("TLS failed");
      assertThat(failure.suggestion()).contains("certificate of https://127.0.0.1");
    } finally {
      https.stop(0);
    }
  }

  @Test
  void aHostThatIsNotKnownIsNamed() {
    S3Settings nowhere =
        new S3Settings(URI.create("http://no-such-host.invalid"), bucket, "us-east-1");
    try (S3ObjectStore lost =
        new S3ObjectStore(
            nowhere,
            limits(Duration.ofSeconds(20)),
            () -> S3Server.CREDENTIALS,
            pauses::add,
            () -> new Random(1))) {
      DosqlException failure = failure(() -> lost.head("a"));

      assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
      assertThat(failure).hasMessageContaining("the host no-such-host.invalid is not known");
    }
  }

  @Test
  void aStoreThatIgnoresConditionsIsNotUsable() {
    String noTag = "<x/>";
    proxy.next("PUT", new Answer(200, "application/xml", noTag).with("ETag", "\"1\""));
    proxy.next("PUT", new Answer(200, "application/xml", noTag).with("ETag", "\"2\""));

    assertThat(store.probe("p/.probe"))
        .isInstanceOfSatisfying(
            ProbeResult.Unusable.class,
            unusable -> {
              assertThat(unusable.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
              assertThat(unusable.message()).contains("ignores If-None-Match");
              assertThat(unusable.suggestion()).contains("conditional writes");
            });
    assertThat(store.probe("p/.probe")).isEqualTo(new ProbeResult.Usable());
  }

  @Test
  void aBucketThatIsDeletedMeanwhileIsNamedByEveryCall() throws Exception {
    put("a", "x");
    server.deleteBucket(bucket);
    Path large = largeFile();

    for (org.assertj.core.api.ThrowableAssert.ThrowingCallable call :
        List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
            () -> put("b", "x"),
            () -> store.putIfAbsent("c", ObjectContent.of(large), Map.of()),
            () -> store.get("a", 0),
            () -> store.get("a", 1, 1),
            () -> store.head("a"),
            () -> store.list("", null).hasNext(),
            () -> store.folders(""),
            () -> store.delete(List.of("a")))) {
      DosqlException failure = failure(call);
      assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_BUCKET_NOT_FOUND);
      assertThat(failure.suggestion()).contains("Create the bucket " + bucket);
    }
  }

  @Test
  void serverSideEncryptionIsAskedForWithEveryNewObject() throws Exception {
    Path large = largeFile();
    for (ServerSideEncryption encryption :
        List.of(
            new ServerSideEncryption.Aes256(),
            new ServerSideEncryption.Kms("alias/backups"),
            new ServerSideEncryption.Kms(""))) {
      try (FaultyProxy fresh = new FaultyProxy(server.endpoint());
          S3ObjectStore encrypting =
              new S3ObjectStore(
                  new S3Settings(fresh.endpoint(), bucket, "us-east-1", encryption),
                  limits(Duration.ofSeconds(20)),
                  () -> S3Server.CREDENTIALS)) {
        String key = "sse-" + encryption.hashCode();
        for (int i = 0; i < ATTEMPTS; i++) {
          // The server in the tests knows no encryption of its own.
          fresh.next("PUT", Answer.s3(400, "InvalidArgument"));
        }
        var _ = failure(() -> encrypting.putIfAbsent(key, ObjectContent.of(new byte[1]), Map.of()));
        fresh.next(
            "POST", new Answer(403, "application/xml", "<Error><Code>AccessDenied</Code></Error>"));
        var _ = failure(() -> encrypting.putIfAbsent(key, ObjectContent.of(large), Map.of()));

        for (String request : List.of("PUT", "POST")) {
          String algorithm = encryption instanceof ServerSideEncryption.Kms ? "aws:kms" : "AES256";
          String keyId = encryption instanceof ServerSideEncryption.Kms kms ? kms.keyId() : "";
          assertThat(fresh.headers(request, "x-amz-server-side-encryption"))
              .isNotEmpty()
              .containsOnly(algorithm);
          assertThat(fresh.headers(request, "x-amz-server-side-encryption-aws-kms-key-id"))
              .isNotEmpty()
              .containsOnly(keyId);
        }
      }
    }
  }

  @Test
  void aGatewaysPageIsShownShortened() {
    for (int i = 0; i < ATTEMPTS; i++) {
      proxy.next("GET", new Answer(502, "text/html", "<h1>Bad\n Gateway</h1>" + "x".repeat(5000)));
    }

    DosqlException failure = failure(() -> store.get("a", 0).close());

    assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
    assertThat(failure.getMessage())
        .contains("HTTP status 502, not an answer of S3: <h1>Bad Gateway</h1>")
        .hasSizeLessThan(500);
  }

  @Test
  void aConnectionThatIsCutIsTriedAgain() throws Exception {
    direct.putIfAbsent("a", ObjectContent.of("hello".getBytes(UTF_8)), Map.of());
    proxy.next("GET", new Fault.Cut()).next("GET", new Fault.Cut());

    try (InputStream in = store.get("a", 0)) {
      assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo("hello");
    }
  }

  @Test
  void aLostAnswerToOurOwnWriteCountsAsCreated() {
    proxy.next("PUT", new Fault.LoseResponse());

    assertThat(put("a", "x")).isEqualTo(PutResult.CREATED);
    assertThat(put("a", "x")).isEqualTo(PutResult.ALREADY_EXISTS);
  }

  @Test
  void anotherWritersEqualObjectIsNotTakenForOurs() {
    proxy.next(
        "PUT",
        new Fault.After(
            () -> direct.putIfAbsent("a", ObjectContent.of("x".getBytes(UTF_8)), Map.of())));

    assertThat(put("a", "x")).isEqualTo(PutResult.ALREADY_EXISTS);
  }

  @Test
  void aServerThatDoesNotAnswerIsGivenUpInTime() {
    S3Settings settings = new S3Settings(proxy.endpoint(), "backups", "us-east-1");
    for (int i = 0; i < ATTEMPTS; i++) {
      proxy.next("HEAD", new Fault.Hang());
    }
    try (S3ObjectStore impatient =
        new S3ObjectStore(
            settings,
            limits(Duration.ofMillis(200)),
            () -> S3Server.CREDENTIALS,
            pauses::add,
            () -> new Random(1))) {
      DosqlException failure = failure(() -> impatient.head("a"));

      assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_TIMEOUT);
      assertThat(failure).hasMessageContaining("did not answer in time");
    }
  }

  @Test
  void anAnswerThatBreaksOffIsAnErrorNotAnEnd() throws Exception {
    direct.putIfAbsent("a", ObjectContent.of(new byte[100_000]), Map.of());
    proxy.next("GET", new Fault.BreakOff(1000));

    try (InputStream in = store.get("a", 0)) {
      assertThatThrownBy(in::readAllBytes).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aProbeMakesOneAttemptAndTellsWhatIsWrong() {
    proxy.next("PUT", Answer.s3(403, "AccessDenied"));

    assertThat(store.probe("p/.probe"))
        .isInstanceOfSatisfying(
            ProbeResult.Unusable.class,
            result -> assertThat(result.code()).isEqualTo(ErrorCode.STORAGE_PERMISSION_DENIED));
    assertThat(proxy.requests("")).hasSize(2);
    assertThat(store.probe("p/.probe")).isEqualTo(new ProbeResult.Usable());
  }

  @Test
  void anInterruptEndsTheWaitBetweenAttempts() {
    proxy.next("HEAD", Answer.s3(503, "SlowDown")).next("HEAD", Answer.s3(503, "SlowDown"));
    Retry.Pause interrupted =
        duration -> {
          throw new InterruptedException();
        };
    try (S3ObjectStore stopping =
        new S3ObjectStore(
            new S3Settings(proxy.endpoint(), "backups", "us-east-1"),
            limits(Duration.ofSeconds(20)),
            () -> S3Server.CREDENTIALS,
            interrupted,
            () -> new Random(1))) {
      assertThat(failure(() -> stopping.head("a")).code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void oneKeyThatCannotBeDeletedIsNamed() {
    proxy.next(
        "POST",
        new Answer(
            200,
            "application/xml",
            "<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Error><Key>a/b</Key>"
                + "<Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>"));

    DosqlException failure = failure(() -> store.delete(List.of("a/b", "a/c")));

    assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_PERMISSION_DENIED);
    assertThat(failure).hasMessageContaining("Cannot delete a/b");
  }

  @Test
  void aPartIsRepeatedAndALostEndOfTheUploadIsFound() throws Exception {
    Path file = largeFile();
    proxy.next("partNumber=2", Answer.s3(503, "SlowDown"));
    proxy.next("POST /", Answer.s3(500, "InternalError"));
    proxy.next("uploadId", new Fault.Cut());

    assertThat(store.putIfAbsent("big", ObjectContent.of(file), Map.of()))
        .isEqualTo(PutResult.CREATED);
    proxyLosesTheEnd(file);
  }

  private void proxyLosesTheEnd(Path file) throws IOException {
    proxy.next("POST /" + bucket + "/lost?uploadId", new Fault.LoseResponse());

    assertThat(store.putIfAbsent("lost", ObjectContent.of(file), Map.of()))
        .isEqualTo(PutResult.CREATED);
    assertThat(direct.head("lost").orElseThrow().sizeBytes()).isEqualTo(Files.size(file));
  }

  @Test
  void anObjectThatAppearsDuringAnUploadInPartsIsNotOverwritten() throws Exception {
    Path file = largeFile();
    proxy.next(
        "POST /" + bucket + "/big?uploadId",
        new Fault.After(
            () -> direct.putIfAbsent("big", ObjectContent.of("x".getBytes(UTF_8)), Map.of())));

    assertThat(store.putIfAbsent("big", ObjectContent.of(file), Map.of()))
        .isEqualTo(PutResult.ALREADY_EXISTS);
    assertThat(direct.head("big").orElseThrow().sizeBytes()).isEqualTo(1);
    assertThat(proxy.requests("DELETE")).hasSize(1);
  }

  @Test
  void anUploadInPartsThatFailsIsAborted() throws Exception {
    Path file = largeFile();
    proxy.next("partNumber=2", Answer.s3(403, "AccessDenied"));

    assertThat(failure(() -> store.putIfAbsent("big", ObjectContent.of(file), Map.of())).code())
        .isEqualTo(ErrorCode.STORAGE_PERMISSION_DENIED);
    assertThat(proxy.requests("DELETE /" + bucket + "/big?uploadId")).hasSize(1);
    assertThat(direct.head("big")).isEmpty();
    assertThat(server.uploads(bucket)).isEmpty();
  }

  @Test
  void anUploadWhoseBeginningIsToldTwiceLeavesNothingBehind() throws Exception {
    Path file = largeFile();
    proxy.next("POST /" + bucket + "/big?uploads", new Fault.LoseResponse());

    assertThat(store.putIfAbsent("big", ObjectContent.of(file), Map.of()))
        .isEqualTo(PutResult.CREATED);

    assertThat(direct.head("big").orElseThrow().sizeBytes()).isEqualTo(Files.size(file));
    assertThat(server.uploads(bucket)).isEmpty();
  }

  @Test
  void anUploadThatSomebodyElseAbortsIsToldAsAConflict() throws Exception {
    Path file = largeFile();
    proxy.next("partNumber=2", Answer.s3(404, "NoSuchUpload"));

    assertThat(failure(() -> store.putIfAbsent("big", ObjectContent.of(file), Map.of())).code())
        .isEqualTo(ErrorCode.STORAGE_CONFLICT);
    assertThat(server.uploads(bucket)).isEmpty();
  }

  @Test
  void whoseUploadIsAbortedBecauseAnotherOneWasFirstIsToldSo() throws Exception {
    Path file = largeFile();
    proxy.next(
        "partNumber=2",
        new Fault.After(
            () -> direct.putIfAbsent("big", ObjectContent.of("x".getBytes(UTF_8)), Map.of())));
    proxy.next("partNumber=2", Answer.s3(404, "NoSuchUpload"));
    proxy.next("POST /" + bucket + "/big?uploadId", Answer.s3(404, "NoSuchUpload"));

    assertThat(store.putIfAbsent("big", ObjectContent.of(file), Map.of()))
        .isEqualTo(PutResult.ALREADY_EXISTS);
    assertThat(server.uploads(bucket)).isEmpty();
  }

  @Test
  void anErrorInAnAnswerThatBeganWellIsAnError() throws Exception {
    Path file = largeFile();
    proxy.next(
        "POST /" + bucket + "/big?uploadId",
        new Answer(
            200,
            "application/xml",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>InternalError</Code>"
                + "<Message>too late for a status</Message></Error>"));

    assertThat(store.putIfAbsent("big", ObjectContent.of(file), Map.of()))
        .isEqualTo(PutResult.CREATED);
    assertThat(direct.head("big").orElseThrow().sizeBytes()).isEqualTo(Files.size(file));
    assertThat(server.uploads(bucket)).isEmpty();
  }

  @Test
  void uploadsOfProcessesThatDiedAreAbortedAndOthersAreNot() throws Exception {
    Path file = largeFile();
    leaveUploadBehind("mine/a", file);
    leaveUploadBehind("other/a", file);
    assertThat(server.uploads(bucket)).hasSize(2);

    assertThat(store.abortUploads("mine/", Instant.EPOCH)).isZero();
    assertThat(store.abortUploads("mine/", Instant.MAX)).isEqualTo(1);

    assertThat(server.uploads(bucket)).hasSize(1);
    assertThat(store.abortUploads("mine/", Instant.MAX)).isZero();
  }

  /** As a process does that dies: the abortion does not reach the server. */
  private void leaveUploadBehind(String key, Path file) throws IOException {
    proxy.next("partNumber=2", Answer.s3(403, "AccessDenied"));
    for (int i = 0; i < ATTEMPTS; i++) {
      proxy.next("DELETE", Answer.s3(500, "InternalError"));
    }
    assertThat(failure(() -> store.putIfAbsent(key, ObjectContent.of(file), Map.of())).code())
        .isEqualTo(ErrorCode.STORAGE_PERMISSION_DENIED);
  }

  private S3ObjectStore store(FaultyProxy through, Supplier<S3Credentials> credentials) {
    return new S3ObjectStore(
        new S3Settings(through.endpoint(), bucket, "us-east-1"),
        limits(Duration.ofSeconds(20)),
        credentials,
        pauses::add,
        () -> new Random(1));
  }

  private Path largeFile() throws IOException {
    byte[] bytes = new byte[(int) S3Limits.PART_BYTES_MIN + 1000];
    new Random(3).nextBytes(bytes);
    return Files.write(folder.resolve("large"), bytes);
  }

  private PutResult put(String key, String text) {
    return store.putIfAbsent(key, ObjectContent.of(text.getBytes(UTF_8)), Map.of());
  }

  private static DosqlException failure(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(DosqlException.class, call);
  }

  private static S3Limits limits(Duration callTimeout) {
    return new S3Limits(
        Duration.ofSeconds(5),
        Duration.ofSeconds(20),
        callTimeout,
        Duration.ofSeconds(60),
        ATTEMPTS,
        Duration.ofMillis(200),
        Duration.ofSeconds(5),
        S3Limits.PART_BYTES_MIN);
  }
}
