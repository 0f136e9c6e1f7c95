package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.drivers.Programs;
import io.dosql.engine.main.RealPod;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tenant's SQL text, loaded into another tenant. */
class DumpTest {

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private static HttpResponse<String> dump(RealPod pod, String path, String token)
      throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(pod.url() + path))
            .header("Authorization", "Bearer " + token)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static void load(RealPod pod, String tenant, String sql) throws Exception {
    String quoted = new com.fasterxml.jackson.databind.ObjectMapper().writeValueAsString(sql);
    RealPod.Answer answer =
        pod.post(
            "/db/" + tenant + "/v3/pipeline",
            "{\"requests\":[{\"type\":\"sequence\",\"sql\":" + quoted + "},{\"type\":\"close\"}]}");
    assertThat(answer.body().at("/results/0/type").asText())
        .describedAs("%s", answer.body())
        .isEqualTo("ok");
  }

  /** Exact, whatever the values are. */
  private static final String EVERYTHING =
      "SELECT a || '|' || typeof(b) || hex(b) || '|' || typeof(c) || CASE typeof(c) WHEN 'real' THEN c = 9e999 ELSE quote(c) END || '|'"
          + " || hex(CAST(c AS BLOB)) FROM \"odd \"\" name\" UNION ALL SELECT x || '|' || y FROM made"
          + " UNION ALL SELECT k || '|' || v FROM bare UNION ALL SELECT name || '|' || seq FROM"
          + " sqlite_sequence UNION ALL SELECT name || '|' || sql FROM sqlite_schema WHERE sql IS NOT"
          + " NULL AND name NOT LIKE '\\_\\_dosql%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' ORDER BY 1";

  /** The dump, loaded by a stock SQLite. */
  private static String loadedByPython(Path folder, String dump) throws Exception {
    Path sql = Files.writeString(folder.resolve("dump.sql"), dump);
    String program =
        """
        import sqlite3, sys
        db = sqlite3.connect(':memory:')
        db.executescript(open(sys.argv[1], encoding='utf-8', newline='').read())
        assert db.execute('PRAGMA integrity_check').fetchall() == [('ok',)]
        sys.stdout.reconfigure(encoding='utf-8')
        for (line,) in db.execute(sys.argv[2]): print(line)
        """;
    try {
      Programs.Result result =
          Programs.run(
              folder,
              Map.of(),
              Duration.ofSeconds(60),
              List.of("python3", "-c", program, sql.toString(), EVERYTHING));
      assertThat(result.isGood()).describedAs(result.printed()).isTrue();
      return result.output();
    } catch (IOException missing) {
      Programs.unavailable(
          "DOSQL_TESTS_REQUIRE_PYTHON",
          "the dump was not loaded by a stock SQLite",
          "python3 is not on the PATH");
      throw missing;
    }
  }

  @Test
  void aDumpMakesTheSameTenantAnew(@TempDir Path folder) throws Exception {
    try (RealPod pod = new RealPod(folder)) {
      for (String sql :
          List.of(
              "CREATE TABLE \"odd \"\" name\" (a INTEGER PRIMARY KEY AUTOINCREMENT, b, c) -- last",
              "CREATE TABLE made (x, y AS (x * 2) STORED)",
              "CREATE TABLE bare (k TEXT PRIMARY KEY, v) WITHOUT ROWID",
              "INSERT INTO \"odd \"\" name\" (b, c) VALUES (NULL, -9223372036854775808),"
                  + " ('it''s', 1.5), (X'00FF', 9e999), ('a' || char(13) || char(10) || 'b', 'x'"
                  + " || char(0) || 'y'), ('ž', -0.25)",
              "DELETE FROM \"odd \"\" name\" WHERE a = 5",
              "INSERT INTO made (x) VALUES (4)",
              "INSERT INTO bare VALUES ('k', 'v')",
              "CREATE INDEX by_b ON \"odd \"\" name\" (b)",
              "CREATE VIEW seen AS SELECT a FROM \"odd \"\" name\"",
              "CREATE TRIGGER instead INSTEAD OF INSERT ON seen BEGIN SELECT 1; END")) {
        pod.sql("from", sql);
      }
      HttpResponse<String> dump = dump(pod, "/db/from/dump", pod.keys().readOnlyToken());
      assertThat(dump.statusCode()).isEqualTo(200);
      load(pod, "to", dump.body());
      String stock = loadedByPython(folder, dump.body());
      for (String question :
          List.of(
              "SELECT a, quote(b), typeof(b), quote(c), typeof(c), length(CAST(c AS BLOB)) FROM"
                  + " \"odd \"\" name\" ORDER BY a",
              "SELECT x, y FROM made",
              "SELECT k, v FROM bare",
              "SELECT name, seq FROM sqlite_sequence",
              "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE '\\_\\_dosql%' ESCAPE"
                  + " '\\' ORDER BY name")) {
        assertThat(pod.sql("to", question).get("rows"))
            .describedAs(question)
            .isEqualTo(pod.sql("from", question).get("rows"));
      }
      assertThat(stock)
          .describedAs("what the sqlite3 of Python has read")
          .isEqualTo(
              pod.sql("from", EVERYTHING)
                      .get("rows")
                      .valueStream()
                      .map(row -> row.get(0).asText())
                      .collect(Collectors.joining("\n"))
                  + "\n");
      assertThat(dump(pod, "/db/to/dump", pod.keys().token()).body()).isEqualTo(dump.body());
    }
  }

  @Test
  void aDumpOfManyRowsIsOfOneSnapshot(@TempDir Path folder) throws Exception {
    try (RealPod pod = new RealPod(folder)) {
      pod.sql("main", "CREATE TABLE t (a, b)");
      pod.sql(
          "main",
          "INSERT INTO t WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i <"
              + " 50000) SELECT i, 'text of some length' FROM n");
      pod.sql("main", "CREATE TABLE z (a)");
      try (var lines =
          CLIENT
              .send(
                  HttpRequest.newBuilder(URI.create(pod.url() + "/dump"))
                      .header("Authorization", "Bearer " + pod.keys().token())
                      .build(),
                  HttpResponse.BodyHandlers.ofLines())
              .body()) {
        pod.sql("main", "INSERT INTO z VALUES ('later')");
        List<String> all = lines.toList();
        assertThat(all.stream().filter(line -> line.startsWith("INSERT INTO \"t\"")))
            .hasSize(50_000);
        assertThat(all).noneMatch(line -> line.contains("later"));
        assertThat(all.getLast()).isEqualTo("COMMIT;");
      }
    }
  }

  @Test
  void whoMayNotReadGetsNothing(@TempDir Path folder) throws Exception {
    try (RealPod pod = new RealPod(folder)) {
      assertThat(dump(pod, "/dump", "nonsense").statusCode()).isEqualTo(401);
      assertThat(dump(pod, "/db/Bad!/dump", pod.keys().token()).statusCode()).isEqualTo(400);
    }
  }

  @Test
  void whatAnErrorHasSeenIsDurableBeforeItLeaves(@TempDir Path folder) throws Exception {
    try (PodUnderTest pod = new PodUnderTest(folder)) {
      pod.sessions.beginFails = true;
      int settled = pod.sessions.settled.get();
      assertThat(pod.send(pod.authorized("/db/t/dump")).statusCode()).isEqualTo(408);
      assertThat(pod.sessions.settled.get()).isGreaterThan(settled);
    }
  }
}
