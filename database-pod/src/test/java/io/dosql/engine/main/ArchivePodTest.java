package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.log.LogObject;
import io.dosql.engine.archive.log.LogObjectPlace;
import io.dosql.engine.archive.log.LogObjectWriter;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.log.LogSpan;
import io.dosql.engine.archive.log.SpooledLogObject;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.archiver.ArchiverThreads;
import io.dosql.engine.archiver.DrivenArchiver;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LogReader;
import io.dosql.engine.log.LoggedPart;
import io.dosql.engine.tenant.WriteStop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The whole pod archives what it commits. */
class ArchivePodTest {

  private static final String PREFIX = "shop/orders";

  /** Of one after the other that leave commits behind. */
  private static final int STOPS_MAX = 3;

  @TempDir Path folder;
  private Path storeFolder;

  @BeforeEach
  void makeStore() throws IOException {
    storeFolder = Files.createDirectories(folder.resolve("store"));
  }

  private RealPod start() throws IOException {
    return new RealPod(folder, store());
  }

  private EngineConfiguration.Store store() {
    return new EngineConfiguration.Store.Directory(storeFolder, PREFIX);
  }

  private static JsonNode archive(RealPod pod) throws Exception {
    return pod.admin("/admin/status").body().path("archive");
  }

  private static JsonNode awaitRestorable(RealPod pod) {
    return await().until(() -> archive(pod), found -> found.path("oldestRestorable").isTextual());
  }

  private List<LoggedPart> archived(String line) throws IOException {
    List<LoggedPart> parts = new ArrayList<>();
    try (DirectoryObjectStore store = new DirectoryObjectStore(storeFolder)) {
      LogObjects objects = new LogObjects(store, ArchiveLayout.forDirectory(PREFIX), line);
      for (LogObjects.Stored stored : objects.listAfter(0).toList()) {
        LogObject object = objects.open(stored.number());
        object.visitParts(parts::add);
      }
    }
    return parts;
  }

  private static List<LoggedPart> logged(RealPod pod) throws IOException {
    List<LoggedPart> parts = new ArrayList<>();
    try (LogReader reader = pod.part(CommitLog.class).reader(LogPosition.START)) {
      for (var part = reader.next(); part.isPresent(); part = reader.next()) {
        parts.add(part.get());
      }
    }
    return parts;
  }

  @Test
  void commitsOfAllTenantsAreArchivedByThemselves_andTheStatusSaysSo() throws Exception {
    try (RealPod pod = start()) {
      pod.sql("a", "CREATE TABLE t (v)");
      pod.sql("a", "INSERT INTO t VALUES (1)");
      pod.sql("b", "CREATE TABLE u (v)");
      JsonNode status =
          await()
              .until(
                  () -> archive(pod),
                  found ->
                      found.path("state").asText().equals("ok")
                          && found.path("lagBytes").asText().equals("0")
                          && found.path("objects").asInt() > 0);
      String line = pod.admin("/admin/status").body().path("line").asText();
      assertThat(status.path("line").asText()).isEqualTo(line);
      assertThat(status.path("epoch").asText()).isEqualTo("1");
      assertThat(status.path("archivedTime").isTextual()).isTrue();
      assertThat(status.path("error").isNull()).isTrue();
      assertThat(archived(line)).isEqualTo(logged(pod)).hasSizeGreaterThanOrEqualTo(3);
      assertThat(pod.get("/metrics").body())
          .contains("dosql_archive_lag_bytes 0.0")
          .contains("dosql_archive_state{state=\"ok\",} 1.0")
          .containsPattern("dosql_archive_objects_total [1-9]");
    }
  }

  @Test
  void whatCanBeRestoredIsTold() throws Exception {
    try (RealPod pod = start()) {
      pod.sql("a", "CREATE TABLE t (v)");
      JsonNode status = awaitRestorable(pod);
      Instant oldest = Instant.parse(status.path("oldestRestorable").asText());
      Instant newest = Instant.parse(status.path("newestRestorable").asText());
      assertThat(oldest).isBeforeOrEqualTo(newest);
      assertThat(newest).isEqualTo(Instant.parse(status.path("archivedTime").asText()));
      assertThat(status.path("retention").path("windowSeconds").asLong()).isEqualTo(7 * 24 * 3600);
      assertThat(status.path("retention").path("error").isNull()).isTrue();
    }
  }

  @Test
  void whoeverIsFencedTouchesNothingInTheStore() throws Exception {
    try (RealPod pod = start()) {
      pod.sql("a", "CREATE TABLE t (v)");
      assertThat(pod.run("b1", "{\"kind\":\"backup\",\"name\":\"mine\"}").path("state").asText())
          .isEqualTo("succeeded");
      JsonNode before =
          await().until(() -> archive(pod), found -> found.path("objects").asInt() > 0);
      claimAsAnother(before.path("line").asText());
      pod.sql("a", "INSERT INTO t VALUES (1)");
      JsonNode _ =
          await().until(() -> archive(pod), found -> found.path("state").asText().equals("fenced"));
      assertFenced(pod, "b2", "{\"kind\":\"backup\",\"name\":\"another\"}");
      assertFenced(pod, "r1", "{\"kind\":\"restore\",\"backup\":\"mine\"}");
      assertFenced(pod, "p1", "{\"kind\":\"prune\",\"backups\":[\"mine\"]}");
      assertThat(pod.admin("/admin/backups").body().path("backups")).hasSize(1);
    }
  }

  private static void assertFenced(RealPod pod, String id, String request) throws Exception {
    JsonNode ended = pod.run(id, request);
    assertThat(ended.path("state").asText()).isEqualTo("failed");
    assertThat(ended.path("error").path("code").asText()).isEqualTo("ARCHIVE_FENCED");
  }

  /** As an engine would on a copy of the data directory. */
  private void claimAsAnother(String line) throws IOException {
    try (DirectoryObjectStore store = new DirectoryObjectStore(storeFolder);
        LogObjectWriter empty = new LogObjectWriter(folder)) {
      LogObjects objects = new LogObjects(store, ArchiveLayout.forDirectory(PREFIX), line);
      LogObjectPlace newest = objects.open(objects.last().orElseThrow()).header().place();
      LogObjectPlace claim =
          new LogObjectPlace(
              line,
              newest.number() + 1,
              newest.epoch() + 1,
              new UUID(1, 2),
              newest.previous(),
              newest.span().to(),
              new LogSpan(newest.span().to(), newest.span().to()),
              newest.chainedTo(),
              0,
              Optional.empty(),
              Instant.now());
      try (SpooledLogObject object = empty.finish(claim, Optional.empty())) {
        assertThat(objects.put(object)).isEqualTo(PutResult.CREATED);
      }
    }
  }

  @Test
  void aRestoreOfAllTenantsLeavesOutThoseThatWereDeleted_unlessTheyAreNamed() throws Exception {
    try (RealPod pod = start()) {
      pod.sql("a", "CREATE TABLE t (v)");
      pod.sql("a", "INSERT INTO t VALUES ('kept')");
      pod.sql("b", "CREATE TABLE u (v)");
      JsonNode _ = awaitRestorable(pod);
      Instant there = Instant.now();
      assertThat(pod.admin("DELETE", "/admin/tenants/a", "").status()).isLessThan(300);
      // It is known a little later, though nobody writes.
      int[] tries = {0};
      JsonNode all =
          await()
              .atMost(Duration.ofSeconds(60))
              .pollInterval(Duration.ofMillis(500))
              .until(
                  () -> {
                    tries[0]++;
                    return pod.run(
                        "all-" + tries[0],
                        "{\"kind\":\"restore\",\"latest\":true,\"dryRun\":true}");
                  },
                  planned ->
                      planned.path("state").asText().equals("succeeded")
                          && planned.path("result").path("tenants").findValues("tenant").size()
                              < 2);
      assertThat(all.path("result").path("tenants").findValuesAsText("tenant"))
          .containsExactly("b");
      JsonNode leftOut = all.path("result").path("leftOut");
      assertThat(leftOut.findValuesAsText("tenant")).containsExactly("a");
      assertThat(Instant.parse(leftOut.get(0).path("deletedTime").asText()))
          .isBetween(there, Instant.now());

      Instant gone = Instant.now();
      pod.sql("b", "INSERT INTO u VALUES (2)");
      JsonNode refused =
          pod.run(
              "named",
              "{\"kind\":\"restore\",\"targetTime\":\"%s\",\"tenants\":[\"a\"]}".formatted(gone));
      assertThat(refused.path("error").path("code").asText()).isEqualTo("SNAPSHOT_NOT_AVAILABLE");
      assertThat(refused.path("error").path("message").asText()).contains("it was deleted by");
      assertThat(
              pod.run(
                      "before",
                      "{\"kind\":\"restore\",\"targetTime\":\"%s\",\"dryRun\":true}"
                          .formatted(there))
                  .path("result")
                  .path("tenants")
                  .findValuesAsText("tenant"))
          .containsExactly("a", "b");

      assertThat(pod.admin("DELETE", "/admin/tenants/b", "").status()).isLessThan(300);
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(500))
          .until(
              () -> {
                tries[0]++;
                return pod.run(
                    "nobody-" + tries[0], "{\"kind\":\"restore\",\"latest\":true,\"dryRun\":true}");
              },
              nobody ->
                  nobody
                      .path("error")
                      .path("message")
                      .asText()
                      .contains("2 had been deleted, the last one, b, by "));

      assertThat(
              pod.run("latest", "{\"kind\":\"restore\",\"latest\":true,\"tenants\":[\"a\"]}")
                  .path("state")
                  .asText())
          .isEqualTo("succeeded");
      assertThat(pod.sql("a", "SELECT v FROM t").toString()).contains("kept");
    }
  }

  @Test
  void anOrderlyStopArchivesTheLastCommits() throws Exception {
    int stops = 1;
    while (!stopArchivesTheLastCommits()) {
      assertThat(stops++).describedAs("stops that left commits behind").isLessThan(STOPS_MAX);
    }
  }

  /**
   * Commits, and stops a pod that archives nothing else by itself.
   *
   * @return false if the stop said that it leaves commits to the next start, as it does if the disk
   *     stalls for longer than it waits; and these were archived then
   */
  private boolean stopArchivesTheLastCommits() throws Exception {
    List<LoggedPart> logged;
    String line;
    ListAppender<ILoggingEvent> told = new ListAppender<>();
    told.list = new CopyOnWriteArrayList<>();
    told.start();
    Logger logger = (Logger) LoggerFactory.getLogger(ArchiverThreads.class);
    logger.addAppender(told);
    try (RealPod pod = RealPod.archivingEvery(Duration.ofHours(1), folder, store())) {
      pod.sql("a", "CREATE TABLE IF NOT EXISTS t (v)");
      for (int i = 0; i < 20; i++) {
        pod.sql("a", "INSERT INTO t VALUES (" + i + ")");
      }
      line = pod.admin("/admin/status").body().path("line").asText();
      logged = logged(pod);
    } finally {
      boolean _ = logger.detachAppender(told);
    }
    if (told.list.stream().noneMatch(event -> event.getMessage().endsWith("next start"))) {
      assertThat(archived(line)).isEqualTo(logged);
      return true;
    }
    try (RealPod _ = start()) {
      await().untilAsserted(() -> assertThat(archived(line)).isEqualTo(logged));
    }
    return false;
  }

  @Test
  void aMomentBehindTheLastCommitOfALineThatEnded_isRefused() throws Exception {
    Path before = folder.resolve("before");
    try (RealPod pod = new RealPod(Files.createDirectories(before), store())) {
      pod.sql("a", "CREATE TABLE t (v)");
    }
    Path later = Files.createDirectories(folder.resolve("later"));
    DrivenArchiver.copy(before.resolve("data"), later.resolve("data"));
    try (RealPod pod = new RealPod(later, store())) {
      pod.sql("a", "INSERT INTO t VALUES ('of the line that ends')");
      await().until(() -> archive(pod).path("lagBytes").asText().equals("0"));
    }
    // More may have been committed by now, which nobody has any more.
    Instant behindIt = Instant.now();

    try (RealPod setBack = new RealPod(before, store())) {
      await()
          .until(
              () -> archive(setBack).path("newLine").path("reason").asText(),
              "ArchiveAhead"::equals);
      setBack.sql("a", "INSERT INTO t VALUES ('of the next line')");
      Instant now = Instant.now();
      JsonNode refused = planOfA(setBack, "behind", behindIt);
      assertThat(refused.path("error").path("code").asText()).isEqualTo("SNAPSHOT_NOT_AVAILABLE");
      assertThat(refused.path("error").path("message").asText())
          .contains("the archive ends before it");
      assertThat(planOfA(setBack, "now", now).path("state").asText()).isEqualTo("succeeded");
      String nearest = refused.path("error").path("suggestion").asText();
      assertThat(nearest).contains("The nearest restorable points are ");
    }
  }

  private static JsonNode planOfA(RealPod pod, String id, Instant moment) throws Exception {
    return pod.run(
        id,
        "{\"kind\":\"restore\",\"targetTime\":\"%s\",\"tenants\":[\"a\"],\"dryRun\":true}"
            .formatted(moment));
  }

  @Test
  void aFailingStoreIsTold_andTheDatabaseServesOn() throws Exception {
    Files.delete(storeFolder);
    try (RealPod pod = start()) {
      pod.sql("a", "CREATE TABLE t (v)");
      JsonNode status =
          await()
              .until(() -> archive(pod), found -> found.path("state").asText().equals("failing"));
      assertThat(status.path("error").path("code").asText()).isEqualTo("STORAGE_BUCKET_NOT_FOUND");
      assertThat(status.path("error").path("suggestion").asText()).contains("Create the folder");
      assertThat(pod.get("/metrics").body())
          .contains("dosql_archive_failures_total{code=\"STORAGE_BUCKET_NOT_FOUND\",}");
      pod.sql("a", "INSERT INTO t VALUES (1)");
      Files.createDirectories(storeFolder);
      JsonNode _ =
          await().until(() -> archive(pod), found -> found.path("state").asText().equals("ok"));
      JsonNode _ =
          await().until(() -> archive(pod), found -> found.path("lagBytes").asText().equals("0"));
      assertThat(archived(archive(pod).path("line").asText())).isEqualTo(logged(pod));
    }
  }

  @Test
  void aPodWithoutAStoreSaysThatItDoesNotArchive() throws Exception {
    try (RealPod pod = new RealPod(folder)) {
      assertThat(archive(pod).path("state").asText()).isEqualTo("off");
      assertThat(pod.get("/metrics").body()).doesNotContain("dosql_archive");
    }
  }

  @Test
  void stoppedWritesAreRefusedWithTheReason_andReadsGoOn() throws Exception {
    try (RealPod pod = new RealPod(folder)) {
      pod.sql("a", "CREATE TABLE t (v)");
      WriteStop writes = pod.part(WriteStop.class);
      writes.stop(() -> new DosqlException(ErrorCode.ARCHIVE_FENCED, "another engine writes"));
      RealPod.Answer refused = pod.post("/db/a/query", "{\"sql\":\"INSERT INTO t VALUES (1)\"}");
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.code()).isEqualTo("ARCHIVE_FENCED");
      assertThat(refused.body().path("error").path("retryable").asBoolean()).isFalse();
      RealPod.Answer created = pod.post("/db/b/query", "{\"sql\":\"CREATE TABLE t (v)\"}");
      assertThat(created.code()).isEqualTo("ARCHIVE_FENCED");
      pod.sql("a", "SELECT * FROM t");
      writes.resume();
      pod.sql("a", "INSERT INTO t VALUES (1)");
    }
  }
}
