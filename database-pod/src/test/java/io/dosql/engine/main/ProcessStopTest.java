package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.engine.archive.store.S3Server;
import io.dosql.engine.archive.store.S3Settings;
import io.dosql.engine.http.TestKeys;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real process: how it ends on SIGTERM, and what it prints while it lives. */
class ProcessStopTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** 128 + 15, what Java ends with on SIGTERM. */
  private static final int TERMINATED = 143;

  @Test
  void sigterm_finishesWhatRunsAndSendsNewWorkAway(@TempDir Path folder) throws Exception {
    try (PodProcess pod = PodProcess.start(folder, Map.of())) {
      pod.query("main", "CREATE TABLE t (v TEXT)");
      String opened =
          pod.post(
                  "/v2/pipeline",
                  """
                  {"requests":[{"type":"execute","stmt":{"sql":"BEGIN IMMEDIATE"}},
                               {"type":"execute","stmt":{"sql":"CREATE TABLE never (a)"}}]}""")
              .body();
      assertThat(JSON.readTree(opened).get("baton").isTextual()).isTrue();
      String body = "{\"sql\":\"INSERT INTO t VALUES ('in work')\"}";
      // On another tenant, whose writer nobody holds. Its body arrives in two halves.
      pod.query("a", "CREATE TABLE t (v TEXT)");
      try (Socket client = new Socket(InetAddress.getLoopbackAddress(), pod.port())) {
        client.setSoTimeout(20_000);
        OutputStream out = client.getOutputStream();
        String head =
            "POST /db/a/query HTTP/1.1\r\nHost: pod\r\nContent-Type: application/json\r\n"
                + "Content-Length: "
                + body.length()
                + "\r\n\r\n";
        write(out, head + body.substring(0, 10));
        await().until(() -> pod.get("/metrics").body().contains("dosql_requests_in_work 1.0"));

        pod.process().destroy();
        await().until(() -> !pod.isReady());
        HttpResponse<String> refused = pod.post("/db/a/query", "{\"sql\":\"SELECT 1\"}");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("CONNECTION_ERROR", "\"retryable\":true");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(pod.get("/health/live").statusCode()).isEqualTo(200);

        write(out, body.substring(10));
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
        assertThat(in.readLine()).startsWith("HTTP/1.1 200");
        assertThat(pod.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(pod.process().exitValue()).isEqualTo(TERMINATED);
        assertThat(pod.output()).last().asString().contains("\"Shut down\"");
      }
    }
    try (PodProcess again = PodProcess.start(folder, Map.of())) {
      assertThat(again.value("a", "SELECT v FROM t")).isEqualTo("in work");
      assertThat(again.value("main", "SELECT count(*) FROM sqlite_schema"))
          .describedAs("the open transaction was rolled back")
          .isEqualTo("1");
    }
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  @Test
  void everyLineOfTheLogIsJson_withoutSecrets(@TempDir Path folder) throws Exception {
    TestKeys keys = new TestKeys(folder.resolve("jwks.json"));
    keys.publish();
    Path credentials = Files.createDirectory(folder.resolve("credentials"));
    Files.writeString(credentials.resolve("accessKeyId"), S3Server.CREDENTIALS.accessKeyId());
    Files.writeString(credentials.resolve("secretAccessKey"), "a-secret-that-is-wrong");
    String token = keys.token();
    List<String> lines;
    try (S3Server s3 = new S3Server(folder)) {
      S3Settings bucket = s3.newBucket();
      Map<String, String> environment =
          Map.of(
              "DOSQL_DATABASE",
              "shop/orders",
              "DOSQL_AUTH",
              "jwt",
              "DOSQL_AUTH_JWKS_FILE",
              keys.file().toString(),
              "DOSQL_LOG_LEVEL",
              "DEBUG",
              "DOSQL_STORE",
              "s3",
              "DOSQL_STORE_S3_ENDPOINT",
              s3.endpoint().toString(),
              "DOSQL_STORE_S3_BUCKET",
              bucket.bucket(),
              "DOSQL_STORE_S3_CREDENTIALS_DIR",
              credentials.toString());
      try (PodProcess pod = PodProcess.start(folder, environment)) {
        String[] headers = {"Authorization", "Bearer " + token, "X-Request-Id", "request-42"};
        String insert = "{\"sql\":\"SELECT ?\",\"params\":[\"a-value-of-a-user\"]}";
        assertThat(pod.post("/db/a/query", insert, headers).statusCode()).isEqualTo(200);
        assertThat(
                pod.post("/db/a/query", insert, "Authorization", "Bearer " + token + "x")
                    .statusCode())
            .isEqualTo(401);
        assertThat(pod.post("/db/a/query", "{\"sql\":\"SELEKT\"}", headers).statusCode())
            .isEqualTo(400);
        JsonNode failed = pod.run("b1", "{\"kind\":\"backup\",\"name\":\"b1\"}");
        assertThat(failed.path("error").path("code").asText())
            .describedAs("%s", failed)
            .isEqualTo("STORAGE_PERMISSION_DENIED");
        assertThat(failed.toString()).doesNotContain("a-secret-that-is-wrong");
        pod.process().destroy();
        assertThat(pod.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
        lines = pod.output();
      }
    }
    List<JsonNode> log = new ArrayList<>();
    for (String line : lines) {
      JsonNode entry = JSON.readTree(line);
      assertThat(entry.path("timestamp").asText()).describedAs(line).isNotEmpty();
      assertThat(entry.path("level").asText()).describedAs(line).isNotEmpty();
      assertThat(entry.path("logger").asText()).describedAs(line).isNotEmpty();
      assertThat(entry.path("message").asText()).describedAs(line).isNotEmpty();
      log.add(entry);
    }
    assertThat(log)
        .anySatisfy(
            entry -> {
              assertThat(entry.path("requestId").asText()).isEqualTo("request-42");
              assertThat(entry.path("tenant").asText()).isEqualTo("a");
              assertThat(entry.path("status").asInt()).isEqualTo(200);
            })
        .anySatisfy(entry -> assertThat(entry.path("code").asText()).isEqualTo("SYNTAX_ERROR"))
        .anySatisfy(
            entry -> assertThat(entry.path("message").asText()).contains("operation b1", "failed"));
    String all = String.join("\n", lines);
    assertThat(all)
        .doesNotContain(
            PodProcess.ADMIN_TOKEN, token, "a-secret-that-is-wrong", "a-value-of-a-user");
    assertThat(all).doesNotContain(token.substring(token.lastIndexOf('.') + 1));
  }
}
