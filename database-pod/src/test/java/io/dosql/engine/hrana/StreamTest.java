package io.dosql.engine.hrana;

import static io.dosql.engine.hrana.PipelineClient.CLOSE;
import static io.dosql.engine.hrana.PipelineClient.error;
import static io.dosql.engine.hrana.PipelineClient.execute;
import static io.dosql.engine.hrana.PipelineClient.result;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.dosql.engine.main.RealPod;
import io.dosql.engine.main.RealPod.Answer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that live on from one request to the next by their batons. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamTest {

  private static final String MAIN = "/v2/pipeline";

  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private RealPod pod;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    pod = new RealPod(folder);
    pod.sql("main", "CREATE TABLE t (v TEXT)");
  }

  @AfterAll
  void stop() {
    pod.close();
  }

  private static String value(JsonNode result) {
    return result.get("rows").get(0).get(0).get("value").asText();
  }

  private static void assertRefused(Answer answer, int status, String code) {
    assertThat(answer.status()).describedAs("%s", answer.body()).isEqualTo(status);
    assertThat(answer.body().get("code").asText()).isEqualTo(code);
    assertThat(answer.code()).isEqualTo(code);
  }

  @Test
  void transaction_goesOnFromRequestToRequest() throws Exception {
    PipelineClient writer = new PipelineClient(pod, MAIN);
    Set<@Nullable String> batons = new HashSet<>();
    writer.send(execute("BEGIN IMMEDIATE"));
    batons.add(writer.baton());
    writer.send(execute("INSERT INTO t VALUES ('one')"));
    batons.add(writer.baton());
    String count = execute("SELECT count(*) FROM t WHERE v = 'one'");
    assertThat(value(result(writer.send(count).get(0)))).isEqualTo("1");
    batons.add(writer.baton());
    assertThat(batons).describedAs("each answer has a new baton").hasSize(3).doesNotContainNull();

    PipelineClient other = new PipelineClient(pod, MAIN);
    assertThat(value(result(other.send(count, CLOSE).get(0)))).isEqualTo("0");
    writer.send(execute("COMMIT"), CLOSE);
    assertThat(value(result(other.send(count, CLOSE).get(0)))).isEqualTo("1");
  }

  @Test
  void batonThatWasUsed_isRefusedAndTheStreamGoesOn() throws Exception {
    PipelineClient stream = new PipelineClient(pod, MAIN);
    stream.send(execute("BEGIN"));
    String used = stream.baton();
    stream.send(execute("SELECT 1"));
    assertRefused(stream.raw(used, execute("ROLLBACK")), 400, "STREAM_BATON_INVALID");
    JsonNode results = stream.send("{\"type\":\"get_autocommit\"}", CLOSE);
    assertThat(results.get(0).get("response").get("is_autocommit").asBoolean())
        .describedAs("the transaction is still open")
        .isFalse();
  }

  @Test
  void batonOfAnotherTenant_isRefusedAndStaysGood() throws Exception {
    PipelineClient stream = new PipelineClient(pod, MAIN);
    stream.send(execute("BEGIN"), execute("SELECT 1"));
    PipelineClient other = new PipelineClient(pod, "/db/other/v2/pipeline");
    assertRefused(other.raw(stream.baton(), execute("SELECT 1")), 400, "STREAM_BATON_INVALID");
    assertThat(result(stream.send(execute("SELECT 1"), CLOSE).get(0)).get("rows")).hasSize(1);
  }

  @Test
  void batonOfAWriter_isNoUseToATokenThatMayOnlyRead() throws Exception {
    PipelineClient stream = new PipelineClient(pod, MAIN);
    stream.send(execute("BEGIN IMMEDIATE"));
    PipelineClient reader = new PipelineClient(pod, MAIN, pod.keys().readOnlyToken());
    assertRefused(
        reader.raw(stream.baton(), execute("DELETE FROM t")), 400, "STREAM_BATON_INVALID");
    stream.send(CLOSE);
  }

  @Test
  void batonWithAWrongSecret_isRefused() throws Exception {
    PipelineClient stream = new PipelineClient(pod, MAIN);
    stream.send(execute("BEGIN"));
    String baton = String.valueOf(stream.baton());
    String forged = baton.substring(0, baton.indexOf('.')) + ".AAAAAAAAAAAAAAAAAAAAAA";
    assertRefused(stream.raw(forged, execute("SELECT 1")), 400, "STREAM_BATON_INVALID");
    stream.send(CLOSE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "x", "AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA"})
  void batonOfNoStream_isToldAsExpired(String baton) throws Exception {
    assertRefused(
        new PipelineClient(pod, MAIN).raw(baton, execute("SELECT 1")), 410, "STREAM_EXPIRED");
  }

  @Test
  void batonOfAClosedStream_isToldAsExpired() throws Exception {
    PipelineClient stream = new PipelineClient(pod, MAIN);
    stream.send(execute("SELECT 1"));
    String baton = stream.baton();
    stream.send(CLOSE);
    assertRefused(stream.raw(baton, execute("SELECT 1")), 410, "STREAM_EXPIRED");
  }

  @Test
  void abandonedTransaction_losesTheWriterBeforeOthersGiveUp() throws Exception {
    PipelineClient abandoned = new PipelineClient(pod, MAIN);
    abandoned.send(execute("BEGIN IMMEDIATE"), execute("INSERT INTO t VALUES ('abandoned')"));
    // Who waits would not give up for long: it is the idle one who loses.
    Answer patient =
        pod.post(
            "/query",
            "{\"sql\":\"INSERT INTO t VALUES ('patient')\"}",
            "X-DoSQL-Lock-Timeout",
            "30000");
    assertThat(patient.status()).describedAs("%s", patient.body()).isEqualTo(200);
    JsonNode results = abandoned.send(execute("COMMIT"), CLOSE);
    assertThat(error(results.get(0)).get("message").asText()).contains("idle", "rolled back");
    JsonNode count = pod.sql("main", "SELECT count(*) FROM t WHERE v = 'abandoned'");
    assertThat(count.get("rows").get(0).get(0).asInt()).isZero();
  }
}
