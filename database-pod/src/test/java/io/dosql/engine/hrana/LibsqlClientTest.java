package io.dosql.engine.hrana;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.drivers.Programs;
import io.dosql.engine.main.RealPod;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The npm driver {@code @libsql/client}, as it is published, works on this engine. */
class LibsqlClientTest {

  private static final long MAX_SECONDS = 120;

  /** So that nobody takes a run that found no tests for a good one. */
  private static final int TESTS = 30;

  @Test
  void unmodifiedDriver_works(@TempDir Path folder) throws Exception {
    try (RealPod pod = new RealPod(folder)) {
      Programs.Result result =
          NodeDriver.run(
              "libsql-client.test.mjs",
              Map.of(
                  "DOSQL_URL", pod.url(),
                  "DOSQL_TOKEN", pod.keys().token(),
                  "DOSQL_READ_ONLY_TOKEN", pod.keys().readOnlyToken()),
              MAX_SECONDS);
      assertThat(result.exitCode()).describedAs(result.printed()).isZero();
      assertThat(result.output()).contains("pass " + TESTS, "fail 0", "skipped 0");
    }
  }
}
