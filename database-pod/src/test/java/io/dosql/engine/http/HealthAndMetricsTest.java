package io.dosql.engine.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.admin.CheckState;
import io.dosql.engine.admin.Checks;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HealthAndMetricsTest {

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

  @BeforeEach
  void allIsWell() {
    pod.checks = new Checks(CheckState.OK, CheckState.OK, CheckState.OK, CheckState.OK);
  }

  @Test
  void ready_showsAllChecks() throws Exception {
    HttpResponse<String> answer = pod.get("/health/ready");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body())
        .isEqualTo(
            """
            {"status":"ok","checks":{"engine":"ok","disk":"ok","log":"ok","objectStore":"ok"}}""");
  }

  @Test
  void objectStoreThatIsDown_isShownButDoesNotMakeThePodUnready() throws Exception {
    pod.checks = new Checks(CheckState.OK, CheckState.UNKNOWN, CheckState.OK, CheckState.ERROR);
    HttpResponse<String> answer = pod.get("/health/ready");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("\"objectStore\":\"error\"", "\"disk\":\"unknown\"");
  }

  @Test
  void diskThatIsNearlyFull_isShownAndReadsGoOn() throws Exception {
    pod.checks = new Checks(CheckState.OK, CheckState.ERROR, CheckState.OK, CheckState.OK);
    HttpResponse<String> answer = pod.get("/health/ready");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("\"disk\":\"error\"");
  }

  @Test
  void brokenLogOrEngine_makesThePodUnreadyButNotDead() throws Exception {
    for (Checks broken :
        new Checks[] {
          new Checks(CheckState.OK, CheckState.OK, CheckState.ERROR, CheckState.OK),
          new Checks(CheckState.UNKNOWN, CheckState.OK, CheckState.OK, CheckState.OK),
        }) {
      pod.checks = broken;
      HttpResponse<String> answer = pod.get("/health/ready");
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).startsWith("{\"status\":\"error\"");
      assertThat(pod.get("/health/live").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void metrics_countRequestsByRouteAndCode() throws Exception {
    pod.post("/db/t1/query", "{\"sql\":\"echo\"}");
    pod.post("/db/t1/query", "{\"sql\":\"FAIL\"}");
    pod.get("/no/such/path/of/mine");
    String metrics = pod.get("/metrics").body();
    assertThat(metrics)
        .contains("dosql_requests_total{route=\"query\",code=\"OK\",} 1.0")
        .contains("dosql_requests_total{route=\"query\",code=\"CONSTRAINT_VIOLATION\",} 1.0")
        .contains("dosql_requests_total{route=\"none\",code=\"NOT_FOUND\",} 1.0")
        .contains("dosql_request_duration_seconds_count{route=\"query\",} 2.0")
        .contains("dosql_requests_in_work 0.0")
        .contains("jvm_memory_bytes_used")
        .doesNotContain("no/such/path");
  }

  @Test
  void partsOfTheEngine_addMetricsOfTheirOwn() throws Exception {
    CollectorRegistry registry = pod.engine().part(CollectorRegistry.class);
    Counter.build("dosql_test_total", "A test's.").register(registry).inc(3);
    assertThat(pod.get("/metrics").body()).contains("dosql_test_total 3.0");
  }
}
