package io.dosql.operator.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperationIdTest {

  @ParameterizedTest
  @CsvSource({
    "a,           a-r2,          1",
    "a-r2,        a-r3,          2",
    "a-r9,        a-r10,         9",
    "a-rest,      a-rest-r2,     1",
    "a-r,         a-r-r2,        1",
    "a-r2-r3,     a-r2-r4,       3",
    "a-r12345678901, a-r12345678901-r2, 1",
  })
  void attemptsAreCounted(String id, String next, int attempt) {
    assertThat(OperationId.next(id)).isEqualTo(next);
    assertThat(OperationId.attempt(id)).isEqualTo(attempt);
    assertThat(OperationId.isFirst(id)).isEqualTo(attempt == 1);
    assertThat(OperationId.first(OperationId.next(id))).isEqualTo(OperationId.first(id));
  }

  @Test
  void attemptThatBegins_hasAnIdOfItsOwn_thatFitsTheEngine() {
    Instant began = Instant.parse("2026-11-24T10:00:00.5Z");
    String id = OperationId.begun("prune-67b8b1a4-6f0e-4f8e-9a57-0c1f0d3f2a11", began);
    assertThat(id)
        .isNotEqualTo(
            OperationId.begun("prune-67b8b1a4-6f0e-4f8e-9a57-0c1f0d3f2a11", began.plusSeconds(1)))
        .matches("[A-Za-z0-9-]{1,63}");
    assertThat(OperationId.age(id, began.plusSeconds(600))).hasSeconds(600);
  }
}
