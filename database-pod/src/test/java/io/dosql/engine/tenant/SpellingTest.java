package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {

  @ParameterizedTest
  @CsvSource({
    "users, users, 0",
    "usres, users, 1",
    "user, users, 1",
    "xusers, users, 1",
    "uzers, users, 1",
    "ab, ba, 1",
    "abcd, badc, 2",
    "'', abc, 3",
    "abc, '', 3"
  })
  void distance_countsEditsAndExchanges(String from, String to, int expected) {
    assertThat(Spelling.distance(from, to)).isEqualTo(expected);
  }

  @Test
  void nearest_takesTheFewestEditsThenTheAlphabet() {
    assertThat(Spelling.nearest("oders", List.of("odors", "orders", "others"))).hasValue("odors");
    assertThat(Spelling.nearest("OREDRS", List.of("orders", "others"))).hasValue("orders");
  }

  @Test
  void nearest_isEmptyWhereNothingIsNear() {
    assertThat(Spelling.nearest("size", List.of("name", "date", "si"))).isEmpty();
    assertThat(Spelling.nearest("a", List.of("b", "ab"))).isEmpty();
    assertThat(Spelling.nearest("users", List.of("USERS"))).isEmpty();
  }

  @Test
  void nearest_doesNotCompareEndlessNames() {
    String endless = "x".repeat(100_000);
    assertThat(Spelling.nearest(endless, List.of(endless + "y"))).isEmpty();
    assertThat(Spelling.nearest("users", List.of(endless))).isEmpty();
  }
}
