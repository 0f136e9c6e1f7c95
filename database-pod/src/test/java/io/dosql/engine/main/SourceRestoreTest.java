package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A new pod begins with what another one stored, whether it stores nothing itself, or in the very
 * place of the other.
 */
class SourceRestoreTest {

  private static final String ROWS = "SELECT group_concat(v) FROM (SELECT v FROM t ORDER BY v)";
  private static final String NEWEST = "{\"kind\":\"restore\",\"latest\":true,\"source\":true}";

  @TempDir Path folder;
  private EngineConfiguration.Store stored;

  @BeforeEach
  void fillStore() throws Exception {
    Path storeFolder = Files.createDirectories(folder.resolve("store"));
    stored = new EngineConfiguration.Store.Directory(storeFolder, "shop/orders");
    // An orderly stop archives the last commits.
    try (RealPod pod = new RealPod(Files.createDirectories(folder.resolve("first")), stored)) {
      for (String tenant : new String[] {"a", "b"}) {
        pod.sql(tenant, "CREATE TABLE t (v)");
        pod.sql(tenant, "INSERT INTO t VALUES (1), (2)");
      }
    }
  }

  private RealPod second(EngineConfiguration.Store source) throws IOException {
    return new RealPod(
        Files.createDirectories(folder.resolve("second")),
        new EngineConfiguration.Store.None(),
        source);
  }

  private static void assertRestored(RealPod pod) throws Exception {
    for (String tenant : new String[] {"a", "b"}) {
      assertThat(pod.sql(tenant, ROWS).path("rows").path(0).path(0).asText()).isEqualTo("1,2");
    }
  }

  @Test
  void itRestoresFromTheOther_andForgetsThatOnceItHasNoSource() throws Exception {
    try (RealPod pod = second(stored)) {
      JsonNode done = pod.run("begin", NEWEST);
      assertThat(done.path("state").asText()).describedAs("%s", done).isEqualTo("succeeded");
      assertRestored(pod);
      assertThat(pod.data().resolve("bootstrap")).isDirectory();
    }
    try (RealPod pod = second(new EngineConfiguration.Store.None())) {
      assertRestored(pod);
      assertThat(pod.data().resolve("bootstrap")).doesNotExist();
    }
  }

  @Test
  void aRestartFindsWhatTheFirstAttemptFound() throws Exception {
    String first;
    try (RealPod pod = second(stored)) {
      first = pod.run("begin", NEWEST).path("result").path("tenants").path(0).toString();
    }
    try (RealPod pod = new RealPod(folder.resolve("first"), stored)) {
      pod.sql("a", "INSERT INTO t VALUES (3)");
    }
    try (RealPod pod = second(stored)) {
      JsonNode again = pod.run("begin", NEWEST);
      assertThat(again.path("result").path("tenants").path(0).toString()).isEqualTo(first);
      assertRestored(pod);
    }
  }

  private RealPod inTheSamePlace(String data, EngineConfiguration.Store source) throws Exception {
    return new RealPod(Files.createDirectories(folder.resolve(data)), stored, source);
  }

  private static void awaitArchived(RealPod pod) {
    await()
        .until(
            () -> pod.admin("/admin/status").body().path("archive"),
            archive ->
                archive.path("state").asText().equals("ok")
                    && archive.path("lagBytes").asText().equals("0")
                    && archive.path("epoch").asInt() > 0);
  }

  @Test
  void inThePlaceOfTheLostOne_itsOwnNewLineIsNotTheNewest() throws Exception {
    try (RealPod pod = inTheSamePlace("second", stored)) {
      awaitArchived(pod);
      JsonNode done = pod.run("begin", NEWEST);
      assertThat(done.path("state").asText()).describedAs("%s", done).isEqualTo("succeeded");
      assertRestored(pod);
    }
  }

  @Test
  void aLineThatWasGivenUpHalfRestoredIsNotTheNewest_untilItIsWhole() throws Exception {
    try (RealPod givenUp = inTheSamePlace("given-up", stored)) {
      awaitArchived(givenUp);
      givenUp.run(
          "begin-given-up",
          "{\"kind\":\"restore\",\"latest\":true,\"source\":true,\"tenants\":[\"a\"]}");
    }
    try (RealPod second = inTheSamePlace("second", stored)) {
      awaitArchived(second);
      JsonNode done = second.run("begin-second", NEWEST);
      assertThat(done.path("result").path("tenants")).hasSize(2);
      assertRestored(second);
    }
    try (RealPod second = inTheSamePlace("second", new EngineConfiguration.Store.None())) {
      awaitArchived(second);
      second.sql("c", "CREATE TABLE of_the_second (v)");
    }
    try (RealPod third = inTheSamePlace("third", stored)) {
      JsonNode done = third.run("begin-third", NEWEST);
      assertThat(done.path("result").path("tenants")).describedAs("%s", done).hasSize(3);
    }
  }

  @Test
  void anArchiveWithoutACommitIsNothingToBeginWith() throws Exception {
    EngineConfiguration.Store empty =
        new EngineConfiguration.Store.Directory(
            Files.createDirectories(folder.resolve("empty")), "shop/orders");
    try (RealPod pod = new RealPod(Files.createDirectories(folder.resolve("idle")), empty)) {
      awaitArchived(pod);
    }
    try (RealPod pod = second(empty)) {
      JsonNode failed = pod.run("begin", NEWEST);
      assertThat(failed.path("error").path("code").asText()).isEqualTo("SNAPSHOT_NOT_AVAILABLE");
      assertThat(failed.path("error").path("message").asText()).contains("no tenant had a commit");
    }
  }

  @Test
  void backupsStillNeedAStoreOfItsOwn() throws Exception {
    try (RealPod pod = second(stored)) {
      JsonNode taken = pod.run("take", "{\"kind\":\"backup\",\"name\":\"one\"}");
      assertThat(taken.path("error").path("code").asText()).isEqualTo("STORAGE_NOT_FOUND");
      JsonNode own = pod.run("own", "{\"kind\":\"restore\",\"latest\":true}");
      assertThat(own.path("error").path("code").asText()).isEqualTo("STORAGE_NOT_FOUND");
    }
  }
}
