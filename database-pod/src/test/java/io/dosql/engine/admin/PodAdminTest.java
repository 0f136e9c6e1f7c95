package io.dosql.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.engine.main.EngineConfiguration;
import io.dosql.engine.main.RealPod;
import io.dosql.engine.main.RealPod.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin API over a whole engine, as the operator sees it. */
class PodAdminTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MIGRATIONS =
      """
      [{"id":"001_users","sql":"CREATE TABLE users (id INTEGER PRIMARY KEY);"},
       {"id":"002_name","sql":"ALTER TABLE users ADD COLUMN name TEXT;"}]""";

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private RealPod pod;

  @BeforeEach
  void start() throws Exception {
    Path store = Files.createDirectory(folder.resolve("store"));
    pod = new RealPod(folder, new EngineConfiguration.Store.Directory(store, "shop/orders"));
  }

  @AfterEach
  void stop() {
    pod.close();
  }

  private JsonNode get(String path) throws Exception {
    Answer answer = pod.admin(path);
    assertThat(answer.status()).describedAs("%s", answer.body()).isEqualTo(200);
    return answer.body();
  }

  private JsonNode succeeds(String id, String body) throws Exception {
    JsonNode operation = pod.run(id, body);
    assertThat(operation.path("state").asText())
        .describedAs("%s", operation)
        .isEqualTo("succeeded");
    assertThat(operation.path("error").isNull()).isTrue();
    assertThat(Instant.parse(operation.path("finishedAt").asText()))
        .isAfterOrEqualTo(Instant.parse(operation.path("startedAt").asText()));
    assertThat(operation.path("progress").path("done"))
        .isEqualTo(operation.path("progress").path("total"));
    return operation.path("result");
  }

  private JsonNode fails(String id, String body, String code) throws Exception {
    JsonNode operation = pod.run(id, body);
    assertThat(operation.path("state").asText()).describedAs("%s", operation).isEqualTo("failed");
    assertThat(operation.path("error").path("code").asText())
        .describedAs("%s", operation)
        .isEqualTo(code);
    return operation;
  }

  private static String migrate(String tenants, String migrations, boolean plan) {
    return "{\"kind\":\"migrate\",%s\"migrations\":%s,\"plan\":%s}"
        .formatted(tenants.isEmpty() ? "" : "\"tenants\":" + tenants + ",", migrations, plan);
  }

  @Test
  void status_isThatOfTheEngine() throws Exception {
    pod.sql("a", "CREATE TABLE t (v)");
    await().until(() -> get("/admin/status").path("store").path("state").asText().equals("ok"));
    JsonNode status = get("/admin/status");
    assertThat(status.get("database").asText()).isEqualTo("shop/orders");
    assertThat(status.get("version").asText()).matches("[0-9]+\\.[0-9]+\\.[0-9]+.*");
    assertThat(status.get("line").asText()).matches("[0-9a-f]{16}");
    assertThat(Instant.parse(status.get("startedAt").asText())).isBefore(Instant.now());
    assertThat(status.get("ready").asBoolean()).isTrue();
    assertThat(status.get("tenants"))
        .isEqualTo(
            JSON.readTree(
                """
                {"total":2,"awake":1,"logBytesHeld":0,"quarantined":[],
                 "states":{"absent":1,"asleep":0,"waking":0,"awake":1,"sleeping":0,"restoring":0,
                           "quarantined":0}}"""));
    JsonNode log = status.get("log");
    assertThat(Long.parseLong(log.get("settled").textValue())).isPositive();
    assertThat(Long.parseLong(log.get("appended").textValue()))
        .isGreaterThanOrEqualTo(Long.parseLong(log.get("settled").textValue()));
    assertThat(log.get("segments").asInt()).isPositive();
    assertThat(log.get("bytes").asLong()).isPositive();
    assertThat(status.get("disk").get("totalBytes").asLong())
        .isGreaterThanOrEqualTo(status.get("disk").get("freeBytes").asLong());
    assertThat(status.get("store"))
        .isEqualTo(
            JSON.readTree(
                """
                {"kind":"directory","state":"ok","code":null,"message":null}"""));
    assertThat(status.get("lastBackup").isNull()).isTrue();
    assertThat(status.get("checks"))
        .isEqualTo(
            JSON.readTree(
                """
                {"engine":"ok","disk":"ok","log":"ok","objectStore":"ok"}"""));
  }

  @Test
  void lastBackup_tellsHowTheLatestOneEnded() throws Exception {
    succeeds("b1", "{\"kind\":\"backup\",\"name\":\"b1\"}");
    JsonNode good = get("/admin/status").get("lastBackup");
    assertThat(good.get("name").asText()).isEqualTo("b1");
    assertThat(good.get("succeeded").asBoolean()).isTrue();
    assertThat(good.get("code").isNull()).isTrue();
    assertMetric("dosql_last_backup_succeeded", 1);
    double goodTime = metric("dosql_last_good_backup_timestamp_seconds");
    assertThat(goodTime).isEqualTo(Instant.parse(good.get("time").asText()).toEpochMilli() / 1e3);
    assertMetric("dosql_last_backup_timestamp_seconds", goodTime);

    fails("b2", "{\"kind\":\"backup\",\"name\":\"b2\",\"tenants\":[\"typo\"]}", "NOT_FOUND");
    JsonNode bad = get("/admin/status").get("lastBackup");
    assertThat(bad.get("name").asText()).isEqualTo("b2");
    assertThat(bad.get("succeeded").asBoolean()).isFalse();
    assertThat(bad.get("code").asText()).isEqualTo("NOT_FOUND");
    assertThat(bad.get("message").asText()).contains("typo");
    assertMetric("dosql_last_backup_succeeded", 0);
    assertMetric("dosql_last_good_backup_timestamp_seconds", goodTime);
    assertThat(metric("dosql_last_backup_timestamp_seconds")).isGreaterThanOrEqualTo(goodTime);
  }

  private void assertMetric(String name, double value) throws Exception {
    assertThat(metric(name)).describedAs(name).isEqualTo(value);
  }

  private double metric(String name) throws Exception {
    return pod.get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is no metric " + name));
  }

  @Test
  void metrics_tellWhatTheEngineDid() throws Exception {
    assertThat(pod.get("/metrics").body())
        .describedAs("nothing is told of a backup before there was one")
        .doesNotContainPattern("(?m)^dosql_last_backup_");
    for (int i = 0; i < 3; i++) {
      pod.sql("a", "CREATE TABLE t" + i + " (v)");
    }
    pod.sql("a", "SELECT * FROM t0");
    pod.post("/db/a/query", "{\"sql\":\"SELECT * FROM nowhere\"}");
    pod.post("/db/a/query", "{\"sql\":\"SELECT 1\"}", "no-token");
    await().until(() -> pod.get("/metrics").body().contains("dosql_object_store_usable 1.0"));

    assertMetric("dosql_requests_total{route=\"query\",code=\"OK\",}", 4);
    assertMetric("dosql_requests_total{route=\"query\",code=\"TABLE_NOT_FOUND\",}", 1);
    assertMetric("dosql_requests_total{route=\"query\",code=\"UNAUTHORIZED\",}", 1);
    assertMetric("dosql_request_duration_seconds_count{route=\"query\",}", 6);
    assertThat(metric("dosql_request_duration_seconds_sum{route=\"query\",}")).isPositive();
    assertMetric("dosql_requests_in_work", 0);
    assertMetric("dosql_commits_total", 3);
    assertMetric("dosql_log_records_total", 3);
    assertMetric("dosql_log_flush_batch_records_sum", 3);
    assertMetric(
        "dosql_log_flush_duration_seconds_count", metric("dosql_log_flush_batch_records_count"));
    assertThat(metric("dosql_log_flush_duration_seconds_sum")).isPositive();
    assertThat(metric("dosql_log_written_bytes_total")).isGreaterThan(3 * 100);
    assertMetric("dosql_log_size_bytes", get("/admin/status").get("log").get("bytes").asDouble());
    assertMetric("dosql_log_segments", get("/admin/status").get("log").get("segments").asInt());
    assertMetric("dosql_tenants{state=\"awake\",}", 1);
    assertMetric("dosql_tenants{state=\"absent\",}", 1);
    assertMetric("dosql_tenants{state=\"quarantined\",}", 0);
    assertMetric("dosql_tenant_wakes_total", 1);
    assertMetric("dosql_tenant_evictions_total", 0);
    assertMetric("dosql_log_held_by_quarantine_bytes", 0);
    assertThat(metric("dosql_disk_free_bytes")).isPositive();
    assertMetric("dosql_disk_nearly_full", 0);
  }

  @Test
  void tenants_comeInPagesByName() throws Exception {
    for (String name : List.of("d", "b", "a", "c")) {
      pod.sql(name, "CREATE TABLE t (v)");
    }
    succeeds("m", migrate("[\"b\"]", MIGRATIONS, false));
    List<String> names = new ArrayList<>();
    String next = "";
    int pages = 0;
    do {
      JsonNode page = get("/admin/tenants?limit=2&after=" + next);
      page.get("tenants").forEach(tenant -> names.add(tenant.get("name").asText()));
      next = page.get("next").isNull() ? "" : page.get("next").asText();
      pages++;
    } while (!next.isEmpty());
    assertThat(names).containsExactly("a", "b", "c", "d", "main");
    assertThat(pages).isEqualTo(3);

    JsonNode b = get("/admin/tenants?limit=1&after=a").get("tenants").get(0);
    assertThat(b.get("state").asText()).isEqualTo("awake");
    assertThat(b.get("lsn").textValue()).isEqualTo("3");
    assertThat(b.get("sizeBytes").asLong()).isGreaterThanOrEqualTo(0);
    assertThat(b.get("schemaVersion").asText()).isEqualTo("002_name");
    assertThat(get("/admin/tenants?after=zzz").get("tenants")).isEmpty();
    assertThat(pod.admin("/admin/tenants?after=../x").status()).isEqualTo(400);
  }

  @Test
  void operation_runsOnceHoweverOftenItIsAskedFor() throws Exception {
    String backup = "{\"kind\":\"backup\",\"name\":\"b1\"}";
    succeeds("op", backup);
    JsonNode first = get("/admin/operations/op");
    Answer again = pod.operation("op", backup);
    assertThat(again.status()).isEqualTo(200);
    assertThat(again.body()).isEqualTo(first);
    Answer other = pod.operation("op", "{\"kind\":\"backup\",\"name\":\"b2\"}");
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.code()).isEqualTo("OPERATION_CONFLICT");
    Answer otherKind = pod.operation("op", "{\"kind\":\"prune\",\"backups\":[\"b1\"]}");
    assertThat(otherKind.status()).isEqualTo(409);
    assertThat(get("/admin/backups").get("backups")).hasSize(1);
    assertThat(pod.admin("/admin/operations/unknown").status()).isEqualTo(404);
  }

  @Test
  void migrations_arePlannedThenRunOnEveryTenant() throws Exception {
    pod.sql("a", "CREATE TABLE other (v)");
    JsonNode plan = succeeds("plan", migrate("", MIGRATIONS, true));
    assertThat(plan)
        .isEqualTo(
            JSON.readTree(
                """
                {"tenants":[{"tenant":"a","applied":[],"pending":["001_users","002_name"]},
                            {"tenant":"main","applied":[],"pending":["001_users","002_name"]}],
                 "failure":null}"""));
    assertThat(pod.sql("a", "SELECT name FROM sqlite_schema WHERE type = 'table'").get("rows"))
        .hasSize(1);

    JsonNode run = succeeds("run", migrate("", MIGRATIONS, false));
    assertThat(run.get("tenants")).hasSize(2);
    assertThat(run.get("tenants").get(1))
        .isEqualTo(
            JSON.readTree(
                """
                {"tenant":"main","applied":["001_users","002_name"],"pending":[]}"""));
    assertThat(pod.sql("main", "SELECT id, name FROM users").get("columns")).hasSize(2);
    JsonNode repeated = succeeds("again", migrate("", MIGRATIONS, false));
    assertThat(repeated.get("tenants").get(0).get("applied")).isEmpty();
  }

  @Test
  void migrationThatFails_isToldByItsPlaceAndLeavesNoTrace() throws Exception {
    String bad =
        """
        [{"id":"001_users","sql":"CREATE TABLE users (id);\\nCRAETE TABLE x (y);"}]""";
    JsonNode failed = fails("bad", migrate("[\"main\"]", bad, false), "MIGRATION_FAILED");
    JsonNode failure = failed.path("result").path("failure");
    assertThat(failure.path("tenant").asText()).isEqualTo("main");
    assertThat(failure.path("migration").asText()).isEqualTo("001_users");
    assertThat(failure.path("statement").asInt()).isEqualTo(2);
    assertThat(failure.path("line").asInt()).isEqualTo(2);
    assertThat(failure.path("column").asInt()).isEqualTo(1);
    assertThat(failure.path("sql").asText()).contains("CRAETE TABLE x (y)");
    assertThat(failure.path("message").asText()).contains("syntax error");
    assertThat(
            pod.sql("main", "SELECT count(*) FROM sqlite_schema").get("rows").get(0).get(0).asInt())
        .isZero();

    succeeds("good", migrate("[\"main\"]", MIGRATIONS, false));
    fails(
        "changed",
        migrate(
            "[\"main\"]", MIGRATIONS.replace("CREATE TABLE users", "CREATE TABLE others"), false),
        "MIGRATION_CHECKSUM_MISMATCH");
  }

  @Test
  void backup_isListedRestoredAndPrunedAsFarAsTheArchiveCanDoWithoutIt() throws Exception {
    pod.sql("a", "CREATE TABLE t (v)");
    pod.sql("a", "INSERT INTO t VALUES ('precious')");
    JsonNode taken = succeeds("b", "{\"kind\":\"backup\",\"name\":\"nightly-1\"}");
    JsonNode a = taken.get("tenants").get(0);
    assertThat(a.get("tenant").asText()).isEqualTo("a");
    assertThat(a.get("lsn").textValue()).isEqualTo("2");
    assertThat(a.get("bytes").asLong()).isEqualTo(taken.get("bytes").asLong()).isPositive();
    assertThat(a.get("key").asText()).endsWith("-0000000000000002.ltx");
    JsonNode listed = get("/admin/backups").get("backups").get(0);
    assertThat(listed.get("name").asText()).isEqualTo("nightly-1");
    assertThat(listed.get("tenants").asInt()).isEqualTo(2);
    assertThat(listed.get("bytes")).isEqualTo(taken.get("bytes"));
    assertThat(listed.get("time")).isEqualTo(taken.get("time"));

    pod.sql("a", "DROP TABLE t");
    JsonNode plan =
        succeeds("plan", "{\"kind\":\"restore\",\"backup\":\"nightly-1\",\"dryRun\":true}");
    assertThat(plan.get("estimatedSeconds").isNumber()).isTrue();
    assertThat(plan.get("estimatedSeconds").asDouble()).isPositive();
    JsonNode restored =
        succeeds("r", "{\"kind\":\"restore\",\"backup\":\"nightly-1\",\"tenants\":[\"a\"]}");
    JsonNode tenant = restored.get("tenants").get(0);
    assertThat(tenant.get("fromLsn").textValue()).isEqualTo("2");
    assertThat(tenant.get("lsn").textValue()).isEqualTo("4");
    assertThat(tenant.get("preRestoreKey").asText()).endsWith("-0000000000000003.ltx");
    assertThat(pod.sql("a", "SELECT v FROM t").get("rows").get(0).get(0).asText())
        .isEqualTo("precious");

    JsonNode pruned = succeeds("p", "{\"kind\":\"prune\",\"backups\":[\"nightly-1\"]}");
    // The chain may stand on its snapshot.
    assertThat(pruned)
        .isEqualTo(
            JSON.readTree(
                """
                {"deleted":["nightly-1"],"objects":0,"bytes":0}"""));
    assertThat(get("/admin/backups").get("backups")).isEmpty();
    fails("r2", "{\"kind\":\"restore\",\"backup\":\"nightly-1\"}", "STORAGE_NOT_FOUND");
    assertThat(pod.sql("a", "SELECT v FROM t").get("rows")).hasSize(1);
  }

  @Test
  void laterAttempt_goesOnWithTheWorkOfTheFirst() throws Exception {
    pod.sql("a", "CREATE TABLE t AS SELECT 'kept' AS word");
    String backup = "{\"kind\":\"backup\",\"name\":\"nightly-2\",\"tenants\":[\"a\"]}";
    JsonNode first = succeeds("take", backup);
    pod.sql("a", "UPDATE t SET word = 'changed'");
    assertThat(succeeds("take-r2", backup)).isEqualTo(first);
    fails("take-again", backup, "STORAGE_CONFLICT");

    String restore = "{\"kind\":\"restore\",\"backup\":\"nightly-2\"}";
    JsonNode restored = succeeds("back", restore);
    pod.sql("a", "INSERT INTO t VALUES ('written since')");
    JsonNode again = succeeds("back-r2", restore);
    assertThat(again.get("tenants").get(0).get("preRestoreKey"))
        .isEqualTo(restored.get("tenants").get(0).get("preRestoreKey"));
    assertThat(pod.sql("a", "SELECT word FROM t ORDER BY word").toString())
        .contains("kept", "written since");
  }

  @Test
  void podThatArchivesNoCommits_listsAndRestoresWhatRestoresSaved_andDeletesItByAge(
      @TempDir Path other) throws Exception {
    Path folder = Files.createDirectory(other.resolve("store"));
    EngineConfiguration.Store store = new EngineConfiguration.Store.Directory(folder, "o");
    try (RealPod bare = RealPod.withoutArchive(other, store)) {
      bare.sql("a", "CREATE TABLE t AS SELECT 'kept' AS word");
      bare.run("b", "{\"kind\":\"backup\",\"name\":\"b\"}");
      bare.sql("a", "UPDATE t SET word = 'changed'");
      bare.run("r", "{\"kind\":\"restore\",\"backup\":\"b\"}");
      JsonNode listed = bare.admin("/admin/pre-restore-backups").body().get("backups");
      assertThat(listed).hasSize(1);
      assertThat(listed.get(0).get("name").asText()).isEqualTo("r");
      JsonNode back =
          bare.run("undo", "{\"kind\":\"restore\",\"preRestoreId\":\"r-r2\"}").get("result");
      assertThat(back.get("tenants").get(0).get("fromLsn").asText()).isEqualTo("2");
      assertThat(bare.sql("a", "SELECT word FROM t").toString()).contains("changed");
      JsonNode archive = bare.admin("/admin/status").body().get("archive");
      assertThat(archive.get("state").asText()).isEqualTo("off");
      assertThat(archive.get("retention").get("windowSeconds").asInt()).isEqualTo(604_800);
      assertThat(archive.get("oldestRestorable").isNull()).isTrue();
    }
    Path summary = folder.resolve("o/pre-restore-backups/r/backup.json");
    String text = Files.readString(summary);
    String time = JSON.readTree(text).get("time").asText();
    Files.writeString(summary, text.replace(time, "2026-01-01T00:00:00Z"));
    try (RealPod again = RealPod.withoutArchive(other, store)) {
      await()
          .until(() -> again.admin("/admin/pre-restore-backups").body().get("backups").size() == 1);
      assertThat(summary).doesNotExist();
      assertThat(again.admin("/admin/backups").body().get("backups")).hasSize(1);
    }
  }

  @Test
  void podWithoutAStore_saysSo(@TempDir Path other) throws Exception {
    try (RealPod bare = new RealPod(other)) {
      JsonNode store = bare.admin("/admin/status").body().get("store");
      assertThat(store.get("kind").asText()).isEqualTo("none");
      assertThat(store.get("state").asText()).isEqualTo("unknown");
      assertThat(bare.get("/health/ready").body()).contains("\"objectStore\":\"unknown\"");
      JsonNode failed = bare.run("b", "{\"kind\":\"backup\",\"name\":\"b\"}");
      assertThat(failed.get("error").get("code").asText()).isEqualTo("STORAGE_NOT_FOUND");
      assertThat(failed.get("error").get("suggestion").asText()).contains("spec.backup.store");
      assertThat(bare.admin("/admin/backups").body().get("backups")).isEmpty();
      assertThat(bare.admin("/admin/pre-restore-backups").body().get("backups")).isEmpty();
      assertThat(bare.get("/metrics").body())
          .doesNotContainPattern("(?m)^dosql_object_store_usable");
    }
  }

  @Test
  void storeThatIsGone_isToldWhileThePodServesOn(@TempDir Path other) throws Exception {
    Path gone = other.resolve("gone");
    try (RealPod cut =
        new RealPod(other, new EngineConfiguration.Store.Directory(gone, "shop/orders"))) {
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> cut.get("/health/ready").body().contains("\"objectStore\":\"error\""));
      assertThat(cut.get("/health/ready").statusCode()).isEqualTo(200);
      JsonNode store = cut.admin("/admin/status").body().get("store");
      assertThat(store.get("state").asText()).isEqualTo("error");
      assertThat(store.get("code").asText()).startsWith("STORAGE_");
      assertThat(store.get("message").asText()).isNotEmpty();
      assertThat(cut.get("/metrics").body()).contains("dosql_object_store_usable 0.0");
      cut.sql("main", "CREATE TABLE t (v)");
      JsonNode failed = cut.run("b", "{\"kind\":\"backup\",\"name\":\"b\"}");
      assertThat(failed.get("error").get("code").asText()).startsWith("STORAGE_");
      assertThat(gone).doesNotExist();
      Files.createDirectory(gone);
      JsonNode healed = cut.run("b-again", "{\"kind\":\"backup\",\"name\":\"b\"}");
      assertThat(healed.get("state").asText()).isEqualTo("succeeded");
      assertThat(cut.get("/health/ready").body()).contains("\"objectStore\":\"ok\"");
    }
  }
}
