package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients of both APIs are told of SQL and parameters that are wrong; on a real pod. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ErrorApiTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @SuppressWarnings("NullAway.Init") // Set before the first test.
  private RealPod pod;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    pod = new RealPod(folder);
    pod.sql("main", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)");
  }

  @AfterAll
  void stop() {
    pod.close();
  }

  private RealPod.Answer plain(String sql, String params) throws Exception {
    return pod.post(
        "/query", "{\"sql\":%s,\"params\":%s}".formatted(JSON.writeValueAsString(sql), params));
  }

  /** The first result of a pipeline. */
  private RealPod.Answer hrana(String sql, String arguments) throws Exception {
    return pod.post(
        "/v2/pipeline",
        "{\"requests\":[{\"type\":\"execute\",\"stmt\":{\"sql\":%s%s}}]}"
            .formatted(JSON.writeValueAsString(sql), arguments));
  }

  private JsonNode hranaError(String sql, String arguments) throws Exception {
    return hrana(sql, arguments).body().at("/results/0/error");
  }

  @Test
  void aMisspeltTableIsShownAndTheRightOneSuggested() throws Exception {
    RealPod.Answer answer = plain("SELECT *\nFROM usres", "[]");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(JSON.convertValue(answer.body().get("error"), Map.class))
        .containsEntry("code", "TABLE_NOT_FOUND")
        .containsEntry("suggestion", "Did you mean 'users'?")
        .containsEntry("line", 2)
        .containsEntry("column", 6)
        .containsEntry("source", "FROM usres")
        .containsEntry("caret", "     ^");
    JsonNode error = hranaError("SELECT *\nFROM usres", "");
    assertThat(error.get("message").asText())
        .isEqualTo("no such table: usres. Did you mean 'users'?");
    assertThat(error.get("code").asText()).isEqualTo("SQLITE_ERROR");
  }

  @Test
  void aMisspeltKeywordIsSuggestedToBoth() throws Exception {
    assertThat(plain("SELCT 1", "[]").body().at("/error/suggestion").asText())
        .isEqualTo("Did you mean 'SELECT'?");
    JsonNode error = hranaError("SELCT 1", "");
    assertThat(error.get("code").asText()).isEqualTo("SQL_PARSE_ERROR");
    assertThat(error.get("message").asText())
        .isEqualTo("near \"SELCT\": syntax error. Did you mean 'SELECT'?");
  }

  @Test
  void usualAdviceIsNotPutIntoMessages() throws Exception {
    assertThat(hranaError("SELECT * FROM something", "").get("message").asText())
        .isEqualTo("no such table: something");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          SELECT ?, ? | [1] | "args":[{"type":"integer","value":"1"}] | parameter 2 has no value: the statement has 2 parameters, 1 value was given
          SELECT ?1 | [] | "args":[] | parameter ?1 has no value: the statement has 1 parameter (?1), 0 values were given
          SELECT 1 | [1] | "args":[{"type":"null"}] | the statement has 0 parameters, 1 value was given
          SELECT $a | {"b":1} | "named_args":[{"name":"b","value":{"type":"null"}}] | parameter $a has no value, and no parameter is named 'b': the statement has 1 parameter ($a)
          """)
  void wrongParametersAreNamedByBoth(String sql, String params, String arguments, String message)
      throws Exception {
    RealPod.Answer answer = plain(sql, params);
    assertThat(answer.code()).isEqualTo("INVALID_REQUEST");
    assertThat(answer.body().at("/error/message").asText()).isEqualTo(message);
    JsonNode error = hranaError(sql, "," + arguments);
    assertThat(error.get("code").asText()).isEqualTo("ARGS_INVALID");
    assertThat(error.get("message").asText()).isEqualTo(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9223372036854775808",
        "-9223372036854775809",
        "123456789012345678901234567890",
        "1e400",
        "-1e400",
        "1e-400",
        "{\"integer\":\"9223372036854775808\"}",
        "{\"integer\":\"+1\"}"
      })
  void numbersOutOfRangeAreRefusedByPlainJson(String number) throws Exception {
    RealPod.Answer answer = plain("SELECT ?", "[" + number + "]");
    assertThat(answer.status()).describedAs("%s", answer.body()).isEqualTo(400);
    assertThat(answer.body().at("/error/message").asText()).contains("/params/0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"integer\",\"value\":\"9223372036854775808\"}",
        "{\"type\":\"integer\",\"value\":\"1.5\"}",
        "{\"type\":\"float\",\"value\":1e400}",
        "{\"type\":\"float\",\"value\":1e-400}"
      })
  void numbersOutOfRangeAreRefusedByHrana(String value) throws Exception {
    RealPod.Answer answer = hrana("SELECT ?", ",\"args\":[" + value + "]");
    assertThat(answer.status()).describedAs("%s", answer.body()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MAX_VALUE, Long.MIN_VALUE, (1L << 53) + 1, -(1L << 53) - 1})
  void integersAreExactInBoth(long value) throws Exception {
    JsonNode plain = plain("SELECT ?, typeof(?1)", "[" + value + "]").body();
    assertThat(plain.at("/rows/0/0/integer").asText()).isEqualTo(Long.toString(value));
    assertThat(plain.at("/rows/0/1").asText()).isEqualTo("integer");
    JsonNode hrana =
        hrana("SELECT ?", ",\"args\":[{\"type\":\"integer\",\"value\":\"%d\"}]".formatted(value))
            .body();
    assertThat(hrana.at("/results/0/response/result/rows/0/0/value").asText())
        .isEqualTo(Long.toString(value));
  }
}
