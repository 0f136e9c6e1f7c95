package io.dosql.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.engine.main.EngineConfiguration;
import io.dosql.engine.main.RealPod;
import io.dosql.engine.main.RealPod.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the admin API does to single tenants, over a whole engine. */
class TenantLifeApiTest {

  /** More than a tenant sleeps after. */
  private static final Duration ASLEEP_MAX = Duration.ofSeconds(60);

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

  private JsonNode works(String method, String path, String body) throws Exception {
    Answer answer = pod.admin(method, path, body);
    assertThat(answer.status()).describedAs("%s", answer.body()).isEqualTo(200);
    return answer.body();
  }

  private void fails(int status, String code, String method, String path, String body)
      throws Exception {
    Answer answer = pod.admin(method, path, body);
    assertThat(answer.status()).describedAs("%s", answer.body()).isEqualTo(status);
    assertThat(answer.code()).isEqualTo(code);
  }

  private static String first(JsonNode result) {
    return result.get("rows").get(0).get(0).asText();
  }

  @Test
  void tenants_areWarmedPinnedClonedAndDeleted() throws Exception {
    pod.sql("a", "CREATE TABLE t AS SELECT 'kept' AS word");
    assertThat(works("POST", "/admin/tenants/a/prewarm", "").get("state").asText())
        .isEqualTo("awake");
    for (int i = 0; i < 2; i++) {
      assertThat(works("PUT", "/admin/tenants/a/pin", "").get("pinned").asBoolean()).isTrue();
    }
    for (int i = 0; i < 2; i++) {
      assertThat(works("DELETE", "/admin/tenants/a/pin", "").get("pinned").asBoolean()).isFalse();
    }
    assertThat(works("POST", "/admin/tenants/a/retry", "").get("quarantine").isNull()).isTrue();

    Answer begun =
        pod.admin("POST", "/admin/tenants/a/clone", "{\"target\":\"b\",\"id\":\"copy-1\"}");
    assertThat(begun.status()).isIn(200, 202);
    JsonNode clone = pod.run("copy-1", "{\"kind\":\"clone\",\"source\":\"a\",\"target\":\"b\"}");
    assertThat(clone.at("/result/sourceLsn").textValue()).isEqualTo("1");
    assertThat(clone.at("/result/lsn").textValue()).isEqualTo("1");
    assertThat(first(pod.sql("b", "SELECT word FROM t"))).isEqualTo("kept");
    JsonNode another = pod.run("copy-2", "{\"kind\":\"clone\",\"source\":\"a\",\"target\":\"b\"}");
    assertThat(another.at("/error/code").asText()).isEqualTo("TENANT_EXISTS");

    assertThat(works("DELETE", "/admin/tenants/b", "").get("deleted").asBoolean()).isTrue();
    assertThat(works("DELETE", "/admin/tenants/b", "").get("deleted").asBoolean()).isFalse();
    fails(404, "NOT_FOUND", "GET", "/admin/tenants/b", "");
    fails(404, "NOT_FOUND", "POST", "/admin/tenants/b/prewarm", "");
    fails(400, "INVALID_REQUEST", "DELETE", "/admin/tenants/main", "");
    fails(400, "INVALID_REQUEST", "DELETE", "/admin/tenants/NO", "");
    fails(400, "INVALID_REQUEST", "POST", "/admin/tenants/a/clone", "{}");
    fails(405, "METHOD_NOT_ALLOWED", "POST", "/admin/tenants/a/pin", "");
    assertThat(first(pod.sql("b", "SELECT count(*) FROM sqlite_schema"))).isEqualTo("0");
  }

  @Test
  void aBackupOfATenantThatCameAgain_isNotTakenForTheOneBefore() throws Exception {
    pod.sql("a", "CREATE TABLE old (v)");
    JsonNode first = pod.run("b1", "{\"kind\":\"backup\",\"name\":\"b1\",\"tenants\":[\"a\"]}");
    works("DELETE", "/admin/tenants/a", "");
    pod.sql("a", "SELECT 1");
    JsonNode empty = pod.run("b2", "{\"kind\":\"backup\",\"name\":\"b2\",\"tenants\":[\"a\"]}");
    assertThat(empty.get("state").asText()).describedAs("%s", empty).isEqualTo("succeeded");
    assertThat(empty.at("/result/tenants/0/key")).isNotEqualTo(first.at("/result/tenants/0/key"));
    pod.sql("a", "CREATE TABLE another (v)");

    JsonNode restored = pod.run("r2", "{\"kind\":\"restore\",\"backup\":\"b2\"}");
    assertThat(restored.get("state").asText()).describedAs("%s", restored).isEqualTo("succeeded");
    assertThat(first(pod.sql("a", "SELECT count(*) FROM sqlite_schema WHERE name = 'another'")))
        .isEqualTo("0");
    pod.run("r1", "{\"kind\":\"restore\",\"backup\":\"b1\"}");
    assertThat(first(pod.sql("a", "SELECT name FROM sqlite_schema WHERE name = 'old'")))
        .isEqualTo("old");
  }

  @Test
  void aDamagedTenant_isToldEverywhereAndRestored() throws Exception {
    pod.sql("a", "CREATE TABLE t AS SELECT 'precious' AS word");
    JsonNode taken = pod.run("b", "{\"kind\":\"backup\",\"name\":\"nightly\"}");
    assertThat(taken.get("state").asText()).isEqualTo("succeeded");
    Awaitility.await()
        .atMost(ASLEEP_MAX)
        .until(() -> works("GET", "/admin/tenants/a", "").get("state").asText().equals("asleep"));
    Files.delete(pod.data().resolve("tenants/a/data.db"));

    Answer refused = pod.post("/db/a/query", "{\"sql\":\"SELECT 1\"}");
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.code()).isEqualTo("TENANT_UNAVAILABLE");
    assertThat(refused.body().at("/error/message").asText()).contains("data.db is missing");
    assertThat(refused.body().at("/error/suggestion").asText()).contains("/admin/tenants/a/retry");
    fails(503, "TENANT_UNAVAILABLE", "POST", "/admin/tenants/a/retry", "");
    JsonNode status = works("GET", "/admin/status", "");
    assertThat(status.at("/tenants/states/quarantined").asInt()).isEqualTo(1);
    assertThat(status.at("/tenants/quarantined/0/name").asText()).isEqualTo("a");
    assertThat(status.get("ready").asBoolean()).describedAs("the others are served").isTrue();
    JsonNode listed = works("GET", "/admin/tenants?limit=1", "").get("tenants").get(0);
    assertThat(listed.get("state").asText()).isEqualTo("quarantined");
    assertThat(listed.at("/quarantine/reason").asText()).contains("data.db is missing");
    assertThat(listed.at("/quarantine/tries").asInt()).isGreaterThanOrEqualTo(2);
    assertThat(listed.get("schemaVersion").isNull()).isTrue();
    assertThat(pod.get("/metrics").body()).contains("dosql_tenants{state=\"quarantined\",} 1.0");

    String restore = "{\"kind\":\"restore\",\"backup\":\"nightly\",\"tenants\":[\"a\"]}";
    JsonNode restored = pod.run("r", restore);
    assertThat(restored.get("state").asText()).describedAs("%s", restored).isEqualTo("succeeded");
    JsonNode tenant = restored.at("/result/tenants/0");
    assertThat(tenant.get("lsn").textValue()).isEqualTo("2");
    assertThat(tenant.get("preRestoreKey").asText()).isEmpty();
    assertThat(pod.data().resolve(tenant.get("damagedFiles").asText()).resolve("state.json"))
        .exists();
    assertThat(first(pod.sql("a", "SELECT word FROM t"))).isEqualTo("precious");
    pod.sql("a", "UPDATE t SET word = 'since'");
    JsonNode again = pod.run("r-r2", restore);
    assertThat(again.get("state").asText()).describedAs("%s", again).isEqualTo("succeeded");
    assertThat(first(pod.sql("a", "SELECT word FROM t")))
        .describedAs("a restore that is done is not done again")
        .isEqualTo("since");
    assertThat(works("GET", "/admin/status", "").at("/tenants/quarantined")).isEmpty();
  }
}
