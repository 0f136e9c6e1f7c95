package io.dosql.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.operator.pod.EngineError;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoreTroubleTest {

  @ParameterizedTest
  @CsvSource({
    "STORAGE_PERMISSION_DENIED, StorePermissionDenied",
    "STORAGE_BUCKET_NOT_FOUND,  StoreBucketNotFound",
    "INTERNAL,                  Internal",
    "MIGRATION_FAILED,          MigrationFailed",
    "'',                        StoreError",
    ",                          StoreError",
  })
  void codeBecomesAReasonOfOneWord(String code, String reason) {
    assertThat(StoreTrouble.reason(code)).isEqualTo(reason).matches("[A-Z][A-Za-z0-9]*");
  }

  @Test
  void messageEndsWithAdvice() {
    EngineError error =
        new EngineError("STORAGE_BUCKET_NOT_FOUND", "There is no bucket.", false, null, null);
    assertThat(StoreTrouble.message(error))
        .isEqualTo("There is no bucket. Create the bucket, or correct backup.store.s3.bucket.");
  }

  @Test
  void timesHaveWholeSeconds_andWhatIsNoTimeIsAbsent() {
    assertThat(Times.format(Instant.parse("2026-11-24T10:00:00.999Z")))
        .isEqualTo("2026-11-24T10:00:00Z");
    assertThat(Times.parse("2026-11-24T10:00:00Z")).contains(Instant.parse("2026-11-24T10:00:00Z"));
    assertThat(Times.parse("yesterday")).isEmpty();
    assertThat(Times.parse(null)).isEmpty();
  }
}
