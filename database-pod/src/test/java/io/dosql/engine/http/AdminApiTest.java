package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.engine.admin.OperationRequest;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The wire form of docs/admin-api.md. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AdminApiTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private PodUnderTest pod;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    pod = new PodUnderTest(folder);
  }

  @AfterAll
  void stop() {
    pod.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return pod.send(pod.adminRequest(path));
  }

  private HttpResponse<String> put(String id, String body) throws Exception {
    return pod.send(
        pod.adminRequest("/admin/operations/" + id)
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body)));
  }

  private static void assertJson(HttpResponse<String> answer, int status, String expected)
      throws Exception {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(JSON.readTree(answer.body())).isEqualTo(JSON.readTree(expected));
  }

  @Test
  void status_isAsDocumented() throws Exception {
    assertJson(
        get("/admin/status"),
        200,
        """
        {"version":"0.1.0","database":"shop/orders","line":"7f3a",
         "startedAt":"2026-11-24T02:00:00Z","ready":true,
         "tenants":{"total":3,"awake":1,"states":{"quarantined":1},"logBytesHeld":4096,
                    "quarantined":[{"name":"b","reason":"data.db is missing",
                                    "since":"2026-11-24T02:00:00Z"}]},
         "log":{"appended":"81920","settled":"81920","bytes":16777216,"segments":1,"damagedTenants":0,"damage":[]},
         "disk":{"totalBytes":100,"freeBytes":50},
         "store":{"kind":"s3","state":"error","code":"STORAGE_BUCKET_NOT_FOUND",
                  "message":"There is no bucket 'b'."},
         "archive":{"state":"failing","line":"7f3a","epoch":"3","lagSeconds":12.5,"lagBytes":"81920",
                    "archivedTime":"2026-11-24T02:00:00Z",
                    "error":{"code":"STORAGE_BUCKET_NOT_FOUND","message":"There is no bucket 'b'.",
                             "suggestion":"Create it.","time":"2026-11-24T02:00:00Z"},
                    "onMaxLag":"KeepServing","gaps":1,"lastGap":{"from":"4096","to":"8192"},
                    "newLine":{"reason":"ArchiveAhead","previousLine":"6e29",
                               "time":"2026-11-24T02:00:00Z"},
                    "oldestRestorable":"2026-11-24T01:59:00Z","newestRestorable":"2026-11-24T02:00:00Z","objects":7,"bytes":4096,
                    "chains":{"lagSeconds":45.0,"tenantsWaiting":1,"catchingUp":true,"gaps":2,
                              "error":{"tenant":"a","code":"STORAGE_CONFLICT","message":"Whose is it?",
                                       "suggestion":"Move it away.","time":"2026-11-24T02:00:00Z"}},
                    "retention":{"windowSeconds":604800,"objectsDeleted":12,"linesDeleted":3,
                                 "error":{"tenant":null,"code":"STORAGE_PERMISSION_DENIED","message":"No.",
                                          "suggestion":"Grant it.","time":"2026-11-24T02:00:00Z"}}},
         "lastBackup":null,
         "checks":{"engine":"ok","disk":"ok","log":"ok","objectStore":"error"}}
        """);
  }

  @Test
  void pages_areAsDocumented() throws Exception {
    assertJson(
        get("/admin/tenants?limit=7&after=a%2Db"),
        200,
        """
        {"tenants":[{"name":"a-b","state":"awake","lsn":"42","sizeBytes":7,"schemaVersion":null,
                     "pinned":false,"quarantine":null}],
         "next":"main"}
        """);
    assertJson(
        get("/admin/backups"),
        200,
        """
        {"backups":[{"name":"nightly-1","time":"2026-11-24T02:00:00Z","bytes":81920,"tenants":3,
                     "schemaVersion":"003_add_index"}],"next":null}
        """);
    assertJson(
        get("/admin/pre-restore-backups?limit=7&after=r-2"),
        200,
        """
        {"backups":[{"name":"r-2","time":"2026-11-24T02:00:00Z","bytes":7,"tenants":2,
                     "schemaVersion":null}],"next":"r-1"}
        """);
  }

  @Test
  void runningOperation_isAccepted() throws Exception {
    String expected =
        """
        {"id":"b-1","kind":"backup","state":"running","startedAt":"2026-11-24T02:00:00Z",
         "finishedAt":null,"progress":{"done":1,"total":3,"bytesDone":0,"bytesTotal":0},"result":null,"error":null}
        """;
    String body = "{\"kind\":\"backup\",\"name\":\"nightly-1\",\"tenants\":[\"a\"]}";
    assertJson(put("b-1", body), 202, expected);
    assertJson(put("b-1", body), 202, expected);
    assertJson(get("/admin/operations/b-1"), 200, expected);
    assertThat(pod.admin.requests.get("b-1"))
        .isEqualTo(new OperationRequest.Backup("nightly-1", Optional.of(List.of("a"))));
    HttpResponse<String> other = put("b-1", "{\"kind\":\"backup\",\"name\":\"nightly-1\"}");
    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(other.body()).contains("OPERATION_CONFLICT");
  }

  @Test
  void failedMigration_tellsWhere() throws Exception {
    HttpResponse<String> answer =
        put(
            "m-1",
            """
            {"kind":"migrate","migrations":[{"id":"001_users","sql":"CREATE TABLE u(id)"}],
             "plan":true}\
            """);
    assertJson(
        answer,
        200,
        """
        {"id":"m-1","kind":"migrate","state":"failed","startedAt":"2026-11-24T02:00:00Z",
         "finishedAt":"2026-11-24T02:00:01Z","progress":{"done":3,"total":3,"bytesDone":0,"bytesTotal":0},
         "result":{"tenants":[{"tenant":"a","applied":["001_users"],"pending":[]}],
           "failure":{"tenant":"b","migration":"002_x","statement":2,"line":3,"column":8,
                      "sql":"CRAETE","message":"near"}},
         "error":{"code":"MIGRATION_FAILED","message":"Tenant b failed.","retryable":false,
           "suggestion":"Correct the statement at the position given; nothing was changed."}}
        """);
    assertThat(pod.admin.requests.get("m-1"))
        .isEqualTo(
            new OperationRequest.Migrate(
                Optional.empty(),
                List.of(new OperationRequest.Migration("001_users", "CREATE TABLE u(id)")),
                true));
  }

  @Test
  void restoreAndPrune_areAsDocumented() throws Exception {
    assertThat(put("r-1", "{\"kind\":\"restore\",\"backup\":\"nightly-1\"}").body())
        .contains(
            """
            "result":{"tenants":[{"tenant":"a","fromLine":"7f3a","fromLsn":"41","fromTime":"2026-11-24T02:00:00Z","lsn":"43","preRestoreKey":"pre/a","damagedFiles":null}],"leftOut":[{"tenant":"gone","deletedTime":"2026-11-24T02:00:00Z"}]}""");
    assertThat(put("r-3", "{\"kind\":\"restore\",\"preRestoreId\":\"r-1\"}").statusCode())
        .isEqualTo(200);
    assertThat(pod.admin.requests.get("r-3"))
        .isEqualTo(
            new OperationRequest.Restore(
                new OperationRequest.RestorePoint.BeforeRestore("r-1"),
                Optional.empty(),
                Optional.empty(),
                false,
                false));
    assertThat(put("r-2", "{\"kind\":\"restore\",\"latest\":true,\"dryRun\":true}").body())
        .contains(
            """
            "result":{"tenants":[{"tenant":"a","fromLine":"7f3a","fromLsn":"41","fromTime":"2026-11-24T02:00:00Z","objects":3,"bytes":4096,"databaseBytes":8192}],"leftOut":[],"estimatedSeconds":1.25}""");
    assertThat(put("p-1", "{\"kind\":\"prune\",\"backups\":[\"nightly-1\"]}").body())
        .contains("\"result\":{\"deleted\":[\"nightly-1\"],\"objects\":4,\"bytes\":81920}");
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /admin/tenants/a-b, tenant",
    "POST, /admin/tenants/a-b/prewarm, prewarm",
    "PUT, /admin/tenants/a%2Db/pin, pin",
    "DELETE, /admin/tenants/a-b/pin, unpin",
    "POST, /admin/tenants/a-b/retry, retry",
  })
  void callsAboutOneTenant_answerWithIt(String method, String path, String call) throws Exception {
    assertJson(
        pod.send(pod.adminRequest(path).method(method, BodyPublishers.noBody())),
        200,
        """
        {"name":"a-b","state":"quarantined","lsn":"42","sizeBytes":4096,"schemaVersion":"%s",
         "pinned":true,"quarantine":{"reason":"data.db is missing",
                                     "since":"2026-11-24T02:00:00Z","tries":3}}
        """
            .formatted(call));
  }

  @Test
  void deletedTenant_isToldWhetherItWasThere() throws Exception {
    assertJson(
        pod.send(pod.adminRequest("/admin/tenants/there").DELETE()),
        200,
        "{\"name\":\"there\",\"deleted\":true}");
    assertJson(
        pod.send(pod.adminRequest("/admin/tenants/gone").DELETE()),
        200,
        "{\"name\":\"gone\",\"deleted\":false}");
  }

  @Test
  void clone_isAnOperationUnderTheCallersIdOrOneOfThePod() throws Exception {
    String ended =
        """
        {"id":"c-1","kind":"clone","state":"succeeded","startedAt":"2026-11-24T02:00:00Z",
         "finishedAt":"2026-11-24T02:00:01Z","progress":{"done":3,"total":3,"bytesDone":0,"bytesTotal":0},
         "result":{"source":"a","target":"b","sourceLsn":"7","lsn":"1"},"error":null}
        """;
    String body = "{\"kind\":\"clone\",\"source\":\"a\",\"target\":\"b\"}";
    assertJson(put("c-1", body), 200, ended);
    assertJson(clone("a", "{\"id\":\"c-1\",\"target\":\"b\"}"), 200, ended);
    assertThat(clone("x", "{\"id\":\"c-1\",\"target\":\"b\"}").statusCode()).isEqualTo(409);
    HttpResponse<String> unnamed = clone("a", "{\"target\":\"b\"}");
    String id = JSON.readTree(unnamed.body()).get("id").asText();
    assertThat(id).startsWith("clone-");
    assertThat(get("/admin/operations/" + id).statusCode()).isEqualTo(200);
    for (String bad : List.of("{}", "{\"target\":\"b\",\"id\":\"a b\"}", "{\"to\":\"b\"}")) {
      assertThat(clone("a", bad).statusCode()).describedAs(bad).isEqualTo(400);
    }
  }

  private HttpResponse<String> clone(String source, String body) throws Exception {
    return pod.send(
        pod.adminRequest("/admin/tenants/" + source + "/clone")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"kind\":\"drop\"}",
        "{\"kind\":\"backup\"}",
        "{\"kind\":\"backup\",\"name\":\"a\",\"plan\":true}",
        "{\"kind\":\"backup\",\"name\":\"a\",\"nme\":\"a\"}",
        "{\"kind\":\"backup\",\"name\":\"a\",\"tenants\":[]}",
        "{\"kind\":\"backup\",\"name\":\"a\",\"tenants\":[\"a\",\"a\"]}",
        "{\"kind\":\"restore\",\"name\":\"a\"}",
        "{\"kind\":\"restore\",\"backup\":\"a\",\"preRestoreId\":\"b\"}",
        "{\"kind\":\"restore\",\"preRestoreId\":\"b\",\"source\":true}",
        "{\"kind\":\"prune\",\"backups\":\"a\"}",
        "{\"kind\":\"clone\",\"target\":\"a\"}",
        "{\"kind\":\"clone\",\"source\":\"a\",\"target\":\"b\",\"name\":\"c\"}",
        "{\"kind\":\"migrate\"}",
        "{\"kind\":\"migrate\",\"migrations\":[]}",
        "{\"kind\":\"migrate\",\"migrations\":[{\"id\":\"1\"}]}",
        "{\"kind\":\"migrate\",\"migrations\":[{\"id\":\"1\",\"sql\":\"x\",\"down\":\"y\"}]}",
      })
  void badOperation_isRefused(String body) throws Exception {
    HttpResponse<String> answer = put("bad-1", body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("INVALID_REQUEST");
    assertThat(pod.admin.requests).doesNotContainKey("bad-1");
  }

  @ParameterizedTest
  @CsvSource({
    "/admin/tenants?limit=0, 400",
    "/admin/tenants?limit=1001, 400",
    "/admin/tenants?limit=x, 400",
    "/admin/tenants?limit=1&limit=2, 400",
    "/admin/tenants?lmit=1, 400",
    "/admin/status?x=1, 400",
    "/admin/operations/nope, 404",
    "/admin/operations/a_b, 400",
    "/admin/operations/, 400",
    "/admin/nope, 404",
    "/db/t1/query, 404",
    "/health/live, 404"
  })
  void badPathOrQuery_isRefused(String path, int status) throws Exception {
    assertThat(get(path).statusCode()).isEqualTo(status);
  }

  @Test
  void otherTokens_areUnauthorized() throws Exception {
    for (String token : new String[] {pod.keys.token(), PodUnderTest.ADMIN_TOKEN + "x", "x"}) {
      HttpResponse<String> answer =
          pod.send(
              HttpRequest.newBuilder(pod.adminUri("/admin/status"))
                  .header("Authorization", "Bearer " + token));
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.body()).contains("UNAUTHORIZED").doesNotContain(token + "\"");
    }
    assertThat(pod.send(HttpRequest.newBuilder(pod.adminUri("/admin/status"))).statusCode())
        .isEqualTo(401);
  }
}
