package io.dosql.operator.migration;

import static io.dosql.operator.testing.Operations.error;
import static io.dosql.operator.testing.Operations.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.MigrationStatus.Failure;
import io.dosql.operator.pod.Operation;
import org.junit.jupiter.api.Test;

class MigrationFailureTest {

  private static Failure of(String result) {
    return MigrationFailure.of(
        error("MIGRATION_FAILED", false),
        new Operation("id", Operation.State.FAILED, null, json(result), null));
  }

  @Test
  void failureWithoutDetails_saysWhatTheErrorSays() {
    Failure failure = of("{}");
    assertThat(failure.message()).isEqualTo("It failed. Mend it.");
    assertThat(MigrationFailure.describe(failure)).isEqualTo("It failed. Mend it.");
  }

  @Test
  void detailsOfAnotherType_areLeftOut() {
    Failure failure =
        of("{\"failure\":{\"tenant\":7,\"line\":\"x\",\"message\":\"no\",\"statement\":null}}");
    assertThat(failure)
        .isEqualTo(new Failure(null, null, null, null, null, null, "no", "MIGRATION_FAILED"));
  }

  @Test
  void longStatement_isShortened_soThatTheStatusCanBeStored() {
    Failure failure =
        of("{\"failure\":{\"sql\":\"%s\",\"message\":\"no\"}}".formatted("x".repeat(300_000)));
    assertThat(failure.sql()).hasSize(4096 + 3).endsWith("...");
  }
}
