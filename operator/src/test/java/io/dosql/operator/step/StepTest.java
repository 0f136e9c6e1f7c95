package io.dosql.operator.step;

import static io.dosql.operator.testing.Operations.error;
import static io.dosql.operator.testing.Operations.operation;
import static io.dosql.operator.testing.Operations.refused;
import static io.dosql.operator.testing.Operations.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.operator.pod.Operation;
import io.dosql.operator.pod.Reply;
import io.dosql.operator.testing.Databases;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepTest {

  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "400, INVALID_REQUEST,    Failed",
    "401, UNAUTHORIZED,       Unreachable",
    "403, FORBIDDEN,          Unreachable",
    "404, NOT_FOUND,          Unknown",
    "409, OPERATION_CONFLICT, Unreachable",
    "429, QUOTA_EXCEEDED,     Failed",
    "500, INTERNAL,           Unreachable",
    "503, CONNECTION_ERROR,   Unreachable",
  })
  void refusedLook_isSeenAs(int status, String code, String view) {
    assertThat(OperationView.of(refused(status, code)).getClass().getSimpleName()).isEqualTo(view);
  }

  @Test
  void startThatIsRefusedWith404_isAFailure_notAnOperationToStartAgain() {
    assertThat(OperationView.ofStart(refused(404, "NOT_FOUND")))
        .isInstanceOfSatisfying(
            OperationView.Failed.class,
            failed -> assertThat(failed.error().code()).isEqualTo("NOT_FOUND"));
  }

  @Test
  void retryableRefusal_isLookedAtAgain() {
    assertThat(OperationView.ofStart(new Reply.Refused<>(429, error("RESOURCE_EXHAUSTED", true))))
        .isInstanceOf(OperationView.Unreachable.class);
  }

  @Test
  void states_areSeenAsTheyAre() {
    assertThat(OperationView.of(new Reply.Ok<>(operation(Operation.State.RUNNING, 1, 2))))
        .isEqualTo(new OperationView.Running(Operation.Progress.ofTenants(1, 2)));
    assertThat(OperationView.of(new Reply.Ok<>(operation(Operation.State.SUCCEEDED, 2, 2))))
        .isInstanceOf(OperationView.Succeeded.class);
    assertThat(OperationView.of(new Reply.Ok<>(operation(Operation.State.FAILED, 1, 2))))
        .isInstanceOfSatisfying(
            OperationView.Failed.class,
            failed -> assertThat(failed.error().message()).isEqualTo("the engine gave no reason"));
    assertThat(OperationView.of(unavailable())).isInstanceOf(OperationView.Unreachable.class);
  }

  @ParameterizedTest
  @CsvSource({
    "STORAGE_PERMISSION_DENIED, false, true",
    "STORAGE_BUCKET_NOT_FOUND,  false, true",
    "STORAGE_UNAVAILABLE,       true,  true",
    "STORAGE_CONFLICT,          true,  false",
    "RESOURCE_EXHAUSTED,        true,  true",
    "STORAGE_NOT_FOUND,         false, false",
    "STORAGE_CHECKSUM_MISMATCH, false, false",
    "RESTORE_FAILED,            false, false",
  })
  void causesThatMayPass(String code, boolean retryable, boolean passes) {
    assertThat(Patience.mayPass(error(code, retryable))).isEqualTo(passes);
  }

  @Test
  void patience_lastsAnHourFromTheFirstStart() {
    assertThat(Patience.isLeft("2026-11-24T09:00:01Z", NOW)).isTrue();
    assertThat(Patience.isLeft("2026-11-24T09:00:00Z", NOW)).isFalse();
    assertThat(Patience.isLeft(null, NOW)).isTrue();
  }

  private static String availability(Optional<io.dosql.crds.DoSQLDatabase> database) {
    return switch (DatabaseAvailability.of("orders", database)) {
      case DatabaseAvailability.Available _ -> "available";
      case DatabaseAvailability.Waiting waiting -> waiting.reason();
    };
  }

  @Test
  void availabilityOfADatabase() {
    assertThat(availability(Optional.empty())).isEqualTo("DatabaseNotFound");
    assertThat(availability(Optional.of(Databases.database().build())))
        .isEqualTo("DatabaseNotReady");
    assertThat(availability(Optional.of(Databases.ready()))).isEqualTo("available");
    assertThat(
            availability(
                Optional.of(
                    Databases.database().status(Databases.readyStatus(1)).deleted().build())))
        .isEqualTo("DatabaseDeleted");
  }

  @Test
  void databaseThatWasJustEdited_isNotAvailable_thoughItSaysReady() {
    assertThat(
            availability(
                Optional.of(
                    Databases.database().generation(2).status(Databases.readyStatus(1)).build())))
        .isEqualTo("DatabaseChanging");
  }
}
