package io.dosql.operator.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaVersionTest {

  @Test
  void ids_areOrderedByTheirNumbers() {
    assertThat(
            Stream.of("10_c", "9_b", "001_a", "99999999999999999999_z").sorted(SchemaVersion.ORDER))
        .containsExactly("001_a", "9_b", "10_c", "99999999999999999999_z");
  }

  @ParameterizedTest
  @CsvSource({
    "      , 001_a, true",
    "001_a , 001_a, false",
    "001_b , 1_a,   false",
    "9_a   , 10_a,  true",
    "10_a  , 9_a,   false",
    "legacy, 1_a,   true",
  })
  void tenantIsBehind_whenItsNumberIsLower(String version, String target, boolean behind) {
    assertThat(SchemaVersion.isBehind(version, target)).isEqualTo(behind);
  }
}
