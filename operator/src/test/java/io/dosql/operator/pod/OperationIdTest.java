package io.dosql.operator.pod;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
  void idOfNames_doesNotDependOnTheirOrder_andFitsTheEngine() {
    String id = OperationId.ofNames("prune", List.of("b", "a"));
    assertThat(id)
        .isEqualTo(OperationId.ofNames("prune", List.of("a", "b")))
        .isNotEqualTo(OperationId.ofNames("prune", List.of("ab")))
        .matches("[A-Za-z0-9-]{1,50}");
  }
}
