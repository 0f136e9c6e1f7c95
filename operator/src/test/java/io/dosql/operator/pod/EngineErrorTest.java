package io.dosql.operator.pod;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineErrorTest {

  @ParameterizedTest
  @CsvSource({
    "there is a gap,     there is a gap. Choose another moment.",
    "There is a gap.,    There is a gap. Choose another moment.",
    "is there a gap?,    is there a gap? Choose another moment."
  })
  void explanation_isSentences(String message, String expected) {
    String suggestion = "Choose another moment.";
    assertThat(new EngineError("NOT_FOUND", message, false, suggestion, null).explanation())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "STORAGE_PERMISSION_DENIED,   true",
    "STORAGE_BUCKET_NOT_FOUND,    true",
    "STORAGE_UNAVAILABLE,         true",
    "STORAGE_TIMEOUT,             true",
    "STORAGE_RATE_LIMITED,        true",
    "STORAGE_FULL,                true",
    "STORAGE_ENCRYPTION_MISMATCH, true",
    "STORAGE_NOT_FOUND,           false",
    "STORAGE_CHECKSUM_MISMATCH,   false",
    "STORAGE_CONFLICT,            false",
    "INTERNAL,                    false"
  })
  void storeTrouble_isWhatMayPassWithoutAnotherRequest(String code, boolean expected) {
    assertThat(new EngineError(code, "No.", false, null, null).isStoreTrouble())
        .isEqualTo(expected);
  }
}
