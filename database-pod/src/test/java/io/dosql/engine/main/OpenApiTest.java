package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.engine.drivers.Programs;
import io.dosql.engine.drivers.Programs.Result;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The description at {@code /openapi.json} says what a real pod does. Schemathesis (PyPI) makes
 * requests from it, good and bad ones, and compares the answers; it is installed below {@code
 * target} once. Without Python or the package that test is skipped, and says so; with the variable
 * {@code DOSQL_TESTS_REQUIRE_PYTHON=true} it fails.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenApiTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SCHEMATHESIS = "schemathesis==4.32.5";
  private static final Path TARGET = Path.of("target").toAbsolutePath();
  private static final Path ENVIRONMENT = TARGET.resolve("schemathesis");
  private static final long INSTALL_MAX_SECONDS = 240;
  private static final long RUN_MAX_SECONDS = 240;

  /** Which SQL is good is not in the description, so it cannot say which requests must work. */
  private static final String CHECKS =
      "not_a_server_error,status_code_conformance,content_type_conformance,"
          + "response_schema_conformance,response_headers_conformance,negative_data_rejection,"
          + "unsupported_method,ignored_auth";

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

  @Test
  void theDescriptionNamesEachRouteAndNeedsNoToken() throws Exception {
    HttpResponse<String> answer = pod.get("/openapi.json");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    JsonNode document = JSON.readTree(answer.body());
    assertThat(document.get("openapi").asText()).isEqualTo("3.1.0");
    List<String> paths = new ArrayList<>();
    document.get("paths").fieldNames().forEachRemaining(paths::add);
    assertThat(paths)
        .containsExactlyInAnyOrder(
            "/query",
            "/batch",
            "/validate",
            "/explain",
            "/db/{tenant}/query",
            "/db/{tenant}/batch",
            "/db/{tenant}/validate",
            "/db/{tenant}/explain",
            "/health/live",
            "/health/ready",
            "/metrics",
            "/openapi.json");
    assertThat(document.findValuesAsText("operationId")).doesNotHaveDuplicates().hasSize(12);
    assertThat(document.findValuesAsText("$ref"))
        .allSatisfy(
            reference ->
                assertThat(document.at(reference.substring(1)).isObject())
                    .describedAs(reference)
                    .isTrue());
  }

  @Test
  void theExamplesWork() throws Exception {
    JsonNode paths = JSON.readTree(pod.get("/openapi.json").body()).get("paths");
    int tried = 0;
    for (String path : List.of("/query", "/batch", "/validate", "/explain")) {
      JsonNode example = paths.get(path).at("/post/requestBody/content/application~1json/example");
      RealPod.Answer answer = pod.post(path, example.toString());
      assertThat(answer.status()).describedAs("%s", answer.body()).isEqualTo(200);
      tried++;
    }
    assertThat(tried).isEqualTo(4);
  }

  @Test
  void schemathesisFindsNoFault(@TempDir Path folder) throws Exception {
    install();
    // A header that nobody knows is to be ignored, as HTTP wants it.
    Path configuration =
        Files.writeString(
            folder.resolve("schemathesis.toml"), "[generation]\nallow-extra-parameters = false\n");
    Result result =
        run(
            RUN_MAX_SECONDS,
            ENVIRONMENT.resolve("bin/schemathesis").toString(),
            "--config-file",
            configuration.toString(),
            "run",
            pod.url() + "/openapi.json",
            "--header",
            "Authorization: Bearer " + pod.keys().token(),
            "--checks",
            CHECKS,
            "--phases",
            "examples,coverage,fuzzing",
            "--max-examples",
            "40",
            "--seed",
            "7",
            "--no-color");
    assertThat(result.exitCode()).describedAs(result.printed()).isZero();
    assertThat(result.output()).contains("11 selected"); // Not the description itself.
  }

  private static void install() throws InterruptedException, IOException {
    if (Files.exists(ENVIRONMENT.resolve("bin/schemathesis"))) {
      return;
    }
    require("python3", "-m", "venv", ENVIRONMENT.toString());
    require(
        ENVIRONMENT.resolve("bin/pip").toString(),
        "install",
        "--quiet",
        "--disable-pip-version-check",
        SCHEMATHESIS);
  }

  private static void require(String... command) throws InterruptedException {
    String reason;
    try {
      Result result = run(INSTALL_MAX_SECONDS, command);
      if (result.isGood()) {
        return;
      }
      reason = "'%s' failed:%n%s".formatted(String.join(" ", command), result.printed());
    } catch (IOException missing) {
      reason = command[0] + " cannot be run: " + missing.getMessage();
    }
    Programs.unavailable(
        "DOSQL_TESTS_REQUIRE_PYTHON",
        "schemathesis did not try the API against its description",
        reason);
  }

  /** It leaves a cache behind where it runs. */
  private static Result run(long maxSeconds, String... command)
      throws IOException, InterruptedException {
    return Programs.run(TARGET, Map.of(), Duration.ofSeconds(maxSeconds), List.of(command));
  }
}
