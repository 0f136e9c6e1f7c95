package io.dosql.engine.hrana;

import static io.dosql.engine.hrana.WireMessage.all;
import static io.dosql.engine.hrana.WireMessage.at;
import static io.dosql.engine.hrana.WireMessage.find;
import static io.dosql.engine.hrana.WireMessage.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.hrana.WireMessage.Field;
import io.dosql.engine.main.RealPod;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pipelines in protobuf; messages are built and taken apart by the numbers of their fields, as the
 * schema of Hrana 3 has them.
 */
class ProtobufPipelineTest {

  @SuppressWarnings("NullAway.Init") // Set before all tests.
  private static RealPod pod;

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    pod = new RealPod(folder);
  }

  @AfterAll
  static void stop() {
    pod.close();
  }

  private static HttpResponse<byte[]> post(String path, byte[] body) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(pod.url() + path))
            .header("Authorization", "Bearer " + pod.keys().token())
            .header("Content-Type", "application/x-protobuf")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  /** A Stmt. */
  private static WireMessage statement(String sql) {
    return new WireMessage().text(1, sql);
  }

  /** A StreamRequest. */
  private static WireMessage request(int kind, WireMessage message) {
    return new WireMessage().message(kind, message);
  }

  private static WireMessage execute(WireMessage statement) {
    return request(2, new WireMessage().message(1, statement));
  }

  private static WireMessage pipeline(WireMessage... requests) {
    WireMessage pipeline = new WireMessage();
    for (WireMessage request : requests) {
      pipeline.message(2, request);
    }
    return pipeline;
  }

  /** The fields of PipelineRespBody. */
  private static List<Field> send(WireMessage pipeline) throws Exception {
    HttpResponse<byte[]> answer = post("/db/wire/v3-protobuf/pipeline", pipeline.toBytes());
    assertThat(answer.statusCode())
        .describedAs(new String(answer.body(), StandardCharsets.UTF_8))
        .isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/x-protobuf");
    return WireMessage.parse(answer.body());
  }

  private static List<List<Field>> results(List<Field> answer) {
    return all(answer, 3).stream().map(Field::message).toList();
  }

  @Test
  void allTypesOfValuesComeBackAsTheyWent() throws Exception {
    WireMessage statement =
        statement("SELECT ?1 AS n, ?2 AS i, ?3 AS r, ?4 AS t, ?5 AS b, ?6 AS long")
            .message(3, new WireMessage().message(1, new WireMessage()))
            .message(3, new WireMessage().zigzag(2, Long.MIN_VALUE))
            .message(3, new WireMessage().real(3, -0.5))
            .message(3, new WireMessage().text(4, "žluťoučký 🐎"))
            .message(3, new WireMessage().blob(5, new byte[] {0, 1, (byte) 0xFF}))
            .message(3, new WireMessage().text(4, "x".repeat(100_000)));
    List<Field> answer = send(pipeline(execute(statement), request(1, new WireMessage())));
    assertThat(find(answer, 1)).describedAs("baton of a closed stream").isNull();
    assertThat(find(answer, 2)).describedAs("base_url").isNull();
    List<Field> result = at(results(answer).getFirst(), 1, 2, 1);
    assertThat(all(result, 1).stream().map(column -> get(column.message(), 1).text()))
        .containsExactly("n", "i", "r", "t", "b", "long");
    List<Field> row = all(result, 2).getFirst().message();
    assertThat(row).hasSize(6).allMatch(value -> value.number() == 1);
    assertThat(get(row.get(0).message(), 1).message()).isEmpty();
    assertThat(get(row.get(1).message(), 2).zigzag()).isEqualTo(Long.MIN_VALUE);
    assertThat(get(row.get(2).message(), 3).real()).isEqualTo(-0.5);
    assertThat(get(row.get(3).message(), 4).text()).isEqualTo("žluťoučký 🐎");
    assertThat(get(row.get(4).message(), 5).bytes().toByteArray())
        .containsExactly(0, 1, (byte) 0xFF);
    assertThat(get(row.get(5).message(), 4).text()).isEqualTo("x".repeat(100_000));
  }

  @Test
  void aWriteTellsOfRowsAndRowid() throws Exception {
    List<Field> answer =
        send(
            pipeline(
                request(4, new WireMessage().text(1, "DROP TABLE IF EXISTS w; CREATE TABLE w(v)")),
                execute(statement("INSERT INTO w VALUES (1), (2), (3)")),
                request(1, new WireMessage())));
    assertThat(at(results(answer).get(0), 1, 4)).isEmpty();
    List<Field> result = at(results(answer).get(1), 1, 2, 1);
    assertThat(get(result, 3).number64()).isEqualTo(3);
    assertThat(get(result, 4).zigzag()).isEqualTo(3);
  }

  @Test
  void aBatchTellsOfStepsByTheirNumbers() throws Exception {
    WireMessage failed = new WireMessage().varint(2, 1);
    WireMessage batch =
        new WireMessage()
            .message(1, new WireMessage().message(2, statement("SELECT 7")))
            .message(1, new WireMessage().message(2, statement("SELECT * FROM nowhere")))
            .message(
                1,
                new WireMessage()
                    .message(1, new WireMessage().varint(1, 1))
                    .message(2, statement("SELECT 8")))
            .message(
                1,
                new WireMessage()
                    .message(
                        1,
                        new WireMessage()
                            .message(
                                4,
                                new WireMessage()
                                    .message(1, failed)
                                    .message(1, new WireMessage().message(6, new WireMessage()))))
                    .message(2, statement("SELECT 9")));
    List<Field> answer =
        send(
            pipeline(
                request(3, new WireMessage().message(1, batch)), request(1, new WireMessage())));
    List<Field> result = at(results(answer).getFirst(), 1, 3, 1);
    assertThat(all(result, 1).stream().map(entry -> get(entry.message(), 1).number64()))
        .containsExactly(0L, 3L);
    assertThat(all(result, 2).stream().map(entry -> get(entry.message(), 1).number64()))
        .containsExactly(1L);
    assertThat(get(at(all(result, 2).getFirst().message(), 2), 2).text()).isEqualTo("SQLITE_ERROR");
    List<Field> last = at(all(result, 1).getLast().message(), 2, 2);
    assertThat(get(at(last, 1), 2).zigzag()).isEqualTo(9);
  }

  @Test
  void describeStoredSqlAndAutocommitAnswer() throws Exception {
    List<Field> answer =
        send(
            pipeline(
                request(6, new WireMessage().varint(1, 5).text(2, "SELECT :a AS x, ?")),
                request(5, new WireMessage().varint(2, 5)),
                request(8, new WireMessage()),
                execute(statement("BEGIN")),
                request(8, new WireMessage()),
                request(7, new WireMessage().varint(1, 5)),
                request(5, new WireMessage().varint(2, 5)),
                request(1, new WireMessage())));
    List<List<Field>> results = results(answer);
    List<Field> described = at(results.get(1), 1, 5, 1);
    assertThat(all(described, 1)).hasSize(2);
    assertThat(get(all(described, 1).getFirst().message(), 1).text()).isEqualTo(":a");
    assertThat(find(all(described, 1).getLast().message(), 1)).isNull();
    assertThat(get(all(described, 2).getFirst().message(), 1).text()).isEqualTo("x");
    assertThat(get(described, 4).number64()).isEqualTo(1);
    assertThat(get(at(results.get(2), 1, 8), 1).number64()).isEqualTo(1);
    assertThat(find(at(results.get(4), 1, 8), 1)).isNull();
    assertThat(at(results.get(5), 1, 7)).isEmpty();
    assertThat(get(at(results.get(6), 2), 2).text()).isEqualTo("INVALID_REQUEST");
  }

  @Test
  void aStreamGoesOnByItsBaton() throws Exception {
    List<Field> first = send(pipeline(execute(statement("BEGIN"))));
    String baton = get(first, 1).text();
    List<Field> second =
        send(pipeline(request(8, new WireMessage()), request(1, new WireMessage())).text(1, baton));
    assertThat(find(at(results(second).getFirst(), 1, 8), 1)).isNull();
    HttpResponse<byte[]> replayed =
        post("/db/wire/v3-protobuf/pipeline", new WireMessage().text(1, baton).toBytes());
    assertThat(replayed.statusCode()).isEqualTo(410);
    assertThat(new String(replayed.body(), StandardCharsets.UTF_8)).contains("STREAM_EXPIRED");
  }

  @Test
  void unknownFieldsArePassedOver() throws Exception {
    List<Field> answer =
        send(
            pipeline(
                    execute(statement("SELECT 1").text(77, "new").varint(78, 1).real(79, 1)),
                    request(1, new WireMessage()))
                .message(90, new WireMessage().varint(1, 1)));
    assertThat(at(results(answer).getFirst(), 1, 2, 1)).isNotEmpty();
  }

  @Test
  void whatIsMalformedIsSaidToBe() throws Exception {
    byte[] sound = pipeline(execute(statement("SELECT 1"))).toBytes();
    byte[] cut = java.util.Arrays.copyOf(sound, sound.length - 1);
    for (byte[] body :
        List.of(
            cut,
            new byte[] {(byte) 0xFF},
            pipeline(new WireMessage()).toBytes(),
            pipeline(request(2, new WireMessage())).toBytes(),
            pipeline(execute(statement("SELECT ?").message(3, new WireMessage()))).toBytes(),
            pipeline(execute(statement("SELECT 1").varint(2, 1))).toBytes())) {
      HttpResponse<byte[]> answer = post("/v3-protobuf/pipeline", body);
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("INVALID_REQUEST");
    }
    WireMessage deep = new WireMessage().varint(1, 0);
    for (int i = 0; i < 1000; i++) {
      deep = new WireMessage().message(3, deep);
    }
    WireMessage batch =
        new WireMessage()
            .message(1, new WireMessage().message(1, deep).message(2, statement("SELECT 1")));
    HttpResponse<byte[]> answer =
        post(
            "/v3-protobuf/pipeline",
            pipeline(request(3, new WireMessage().message(1, batch))).toBytes());
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("nest");
  }
}
