package io.dosql.engine.archiver.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archiver.ArchiveState;
import io.dosql.engine.archiver.ArchiveStatus;
import io.dosql.engine.archiver.MaxLagPolicy;
import io.dosql.engine.log.LogPosition;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RestorableRangeTest {

  private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");
  private static final Duration WINDOW = Duration.ofHours(2);

  private static ArchiveStatus archive(@Nullable Instant newest, Instant begunAt, long gaps) {
    return new ArchiveStatus(
        ArchiveState.OK,
        "line",
        1,
        Duration.ZERO,
        0,
        Optional.ofNullable(newest),
        Optional.empty(),
        MaxLagPolicy.KEEP_SERVING,
        gaps,
        Optional.empty(),
        Optional.of(begunAt),
        Optional.empty(),
        1,
        1,
        Map.of());
  }

  private static ChainStatus chains(@Nullable Instant wholeFrom, long gaps) {
    RetentionStatus retention =
        RetentionStatus.of(WINDOW).withWholeFrom(Optional.ofNullable(wholeFrom), gaps);
    return new ChainStatus(
        LogPosition.START, Optional.empty(), 0, false, 0, Map.of(), Optional.empty(), retention);
  }

  private static Instant noonPlus(int minutes) {
    return NOON.plus(Duration.ofMinutes(minutes));
  }

  private static Optional<RestorableRange> range(ArchiveStatus archive, ChainStatus chains) {
    return RestorableRange.of(archive, chains, NOON);
  }

  @Test
  void itReachesBackToWhereTheWindowBegins() {
    assertThat(range(archive(noonPlus(-1), noonPlus(-600), 0), chains(noonPlus(-500), 0)))
        .contains(new RestorableRange(noonPlus(-120), noonPlus(-1)));
  }

  @Test
  void itReachesBackToWhereAllThatIsStoredIsWhole() {
    assertThat(range(archive(noonPlus(-1), noonPlus(-600), 0), chains(noonPlus(-60), 0)))
        .contains(new RestorableRange(noonPlus(-60), noonPlus(-1)));
  }

  @Test
  void itDoesNotReachBackBehindTheBeginOfTheLine() {
    assertThat(range(archive(noonPlus(-1), noonPlus(-30), 0), chains(noonPlus(-60), 0)))
        .contains(new RestorableRange(noonPlus(-30), noonPlus(-1)));
    assertThat(range(archive(noonPlus(-31), noonPlus(-30), 0), chains(noonPlus(-60), 0))).isEmpty();
  }

  @Test
  void afterALongSilenceItIsTheNewestMomentAlone() {
    assertThat(range(archive(noonPlus(-300), noonPlus(-600), 0), chains(noonPlus(-500), 0)))
        .contains(new RestorableRange(noonPlus(-300), noonPlus(-300)));
  }

  @Test
  void aGapThatNobodyHasLookedAtYetLeavesNothingToPromise() {
    assertThat(range(archive(noonPlus(-1), noonPlus(-600), 1), chains(noonPlus(-60), 0))).isEmpty();
    assertThat(range(archive(noonPlus(-1), noonPlus(-600), 1), chains(noonPlus(-60), 1)))
        .isPresent();
  }

  @Test
  void nothingIsPromisedBeforeAnythingIsProvedOrArchived() {
    assertThat(range(archive(noonPlus(-1), noonPlus(-600), 0), chains(null, 0))).isEmpty();
    assertThat(range(archive(null, noonPlus(-600), 0), chains(noonPlus(-60), 0))).isEmpty();
  }
}
