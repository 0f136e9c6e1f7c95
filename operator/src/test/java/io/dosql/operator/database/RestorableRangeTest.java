package io.dosql.operator.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RestorableRangeTest {

  private static final Instant START = Instant.parse("2026-11-24T10:00:00Z");

  @Test
  void newestEnd_ofADatabaseThatIsWrittenTo_movesInSteps() {
    String said = null;
    int writes = 0;
    for (int second = 0; second < 3_600; second += 15) {
      Instant now = START.plusSeconds(second);
      String next = RestorableRange.newest(said, now.minusMillis(400), now);
      assertThat(Instant.parse(Objects.requireNonNull(next))).isBefore(now);
      writes += Objects.equals(next, said) ? 0 : 1;
      said = next;
    }
    assertThat(writes).isEqualTo(12);
  }

  @Test
  void newestEnd_ofAQuietDatabase_isExact_andStays() {
    Instant last = START.plusSeconds(100);
    String said = RestorableRange.newest(null, START, START);
    assertThat(RestorableRange.newest(said, last, last.plusSeconds(5))).isEqualTo(said);
    String exact = RestorableRange.newest(said, last, last.plusSeconds(60));
    assertThat(exact).isEqualTo("2026-11-24T10:01:40Z");
    assertThat(RestorableRange.newest(exact, last, last.plus(Duration.ofDays(9)))).isEqualTo(exact);
  }

  @Test
  void newestEnd_thatWentBack_isNoLongerPromised() {
    assertThat(RestorableRange.newest("2026-11-24T10:00:00Z", START.minusSeconds(9), START))
        .isEqualTo("2026-11-24T09:59:51Z");
    assertThat(RestorableRange.newest("2026-11-24T10:00:00Z", null, START)).isNull();
  }

  @Test
  void beginningThatMoves_movesInStepsOfAnHour_andIsAlwaysThere() {
    String said = null;
    int writes = 0;
    for (int second = 0; second < 86_400; second += 15) {
      Instant oldest = START.plusSeconds(second);
      String next = RestorableRange.oldest(said, oldest);
      assertThat(Instant.parse(Objects.requireNonNull(next))).isAfterOrEqualTo(oldest);
      writes += Objects.equals(next, said) ? 0 : 1;
      said = next;
    }
    assertThat(writes).isLessThanOrEqualTo(25);
  }

  @Test
  void neitherEnd_everPromisesTooMuch_howeverTheyMove() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      @Nullable String oldestSaid = null;
      @Nullable String newestSaid = null;
      Instant now = START;
      Instant oldest = START;
      Instant newest = START;
      for (int pass = 0; pass < 100; pass++) {
        now = now.plusSeconds(random.nextInt(30));
        oldest = oldest.plusMillis(random.nextInt(10) == 0 ? 9_000_000L : random.nextInt(20_000));
        newest = random.nextInt(50) == 0 ? newest.minusSeconds(random.nextInt(900)) : now;
        oldestSaid = RestorableRange.oldest(oldestSaid, oldest);
        newestSaid = RestorableRange.newest(newestSaid, newest, now);
        assertThat(Instant.parse(Objects.requireNonNull(oldestSaid)))
            .as("seed %d", seed)
            .isAfterOrEqualTo(oldest);
        assertThat(Instant.parse(Objects.requireNonNull(newestSaid)))
            .as("seed %d", seed)
            .isBeforeOrEqualTo(newest);
      }
    }
  }

  @Test
  void beginningThatIsMuchEarlier_isTold() {
    assertThat(RestorableRange.oldest("2026-11-24T10:00:00Z", START.minus(Duration.ofDays(2))))
        .isEqualTo("2026-11-22T10:00:00Z");
    assertThat(RestorableRange.oldest(null, START.plusNanos(1))).isEqualTo("2026-11-24T10:00:01Z");
  }
}
