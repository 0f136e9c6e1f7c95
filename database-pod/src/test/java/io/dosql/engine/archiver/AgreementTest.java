package io.dosql.engine.archiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.ArchiveLine.Reason;
import io.dosql.engine.archive.log.LastPart;
import io.dosql.engine.archive.log.Sha256;
import io.dosql.engine.log.LogPosition;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AgreementTest {

  private static final Sha256 ONE = new Sha256("1".repeat(64));
  private static final Sha256 OTHER = new Sha256("2".repeat(64));

  /** A log that has a part at 500 and maybe one behind it. */
  private record Parts(long from, long to, Optional<Sha256> part, long next)
      implements Agreement.LocalLog {

    @Override
    public LogPosition oldest() {
      return new LogPosition(from);
    }

    @Override
    public LogPosition settled() {
      return new LogPosition(to);
    }

    @Override
    public Optional<Sha256> digestAt(LogPosition position) throws IOException {
      if (position.bytes() < from || position.bytes() >= to) {
        throw new IOException("asked for what is not there");
      }
      return position.bytes() == 500 ? part : Optional.empty();
    }

    @Override
    public boolean hasPartBetween(LogPosition first, LogPosition end) {
      return first.bytes() < next && next < end.bytes();
    }
  }

  private static Parts onePart(long from, long to, Optional<Sha256> part) {
    return new Parts(from, to, part, Long.MAX_VALUE);
  }

  private static LineEnd line(long end, LastPart... last) {
    return new LineEnd(
        4,
        2,
        ONE,
        new LogPosition(end),
        last.length == 0 ? Optional.empty() : Optional.of(last[0]),
        LogPosition.START,
        0,
        Optional.empty());
  }

  private static LastPart at500(Sha256 digest) {
    return new LastPart(new LogPosition(500), digest);
  }

  private static Agreement goOn(long from) {
    return new Agreement.GoOn(new LogPosition(from));
  }

  @Test
  void aLogThatHasTheNewestArchivedPartGoesOnBehindIt() throws Exception {
    Parts log = onePart(0, 900, Optional.of(ONE));
    assertThat(Agreement.of(line(600, at500(ONE)), log)).isEqualTo(goOn(600));
  }

  @Test
  void aLineThatEndsWithTheLogGoesOn() throws Exception {
    Parts log = onePart(0, 600, Optional.of(ONE));
    assertThat(Agreement.of(line(600, at500(ONE)), log)).isEqualTo(goOn(600));
  }

  @Test
  void aLineWithoutPartsGoesOn() throws Exception {
    assertThat(Agreement.of(line(0), onePart(0, 900, Optional.empty()))).isEqualTo(goOn(0));
  }

  @Test
  void aLineThatHasMoreThanTheLogIsAhead() throws Exception {
    Parts log = onePart(0, 599, Optional.of(ONE));
    assertThat(Agreement.of(line(600, at500(ONE)), log))
        .isEqualTo(new Agreement.NewLine(Reason.ArchiveAhead));
  }

  @Test
  void anotherPartInItsPlaceMeansThatTheyDiverged() throws Exception {
    Parts log = onePart(0, 900, Optional.of(OTHER));
    assertThat(Agreement.of(line(600, at500(ONE)), log))
        .isEqualTo(new Agreement.NewLine(Reason.Diverged));
  }

  @Test
  void noPartInItsPlaceMeansThatTheyDiverged() throws Exception {
    Parts log = onePart(0, 900, Optional.empty());
    assertThat(Agreement.of(line(600, at500(ONE)), log))
        .isEqualTo(new Agreement.NewLine(Reason.Diverged));
  }

  @Test
  void aPartWhereTheLineSaysThereIsNoneMeansThatTheyDiverged() throws Exception {
    assertThat(Agreement.of(line(600, at500(ONE)), new Parts(0, 900, Optional.of(ONE), 599)))
        .isEqualTo(new Agreement.NewLine(Reason.Diverged));
    assertThat(Agreement.of(line(600, at500(ONE)), new Parts(0, 900, Optional.of(ONE), 600)))
        .isEqualTo(goOn(600));
  }

  @Test
  void aLogThatHasLetGoOfTheNewestArchivedPartProvesNothing() throws Exception {
    assertThat(Agreement.of(line(600, at500(ONE)), onePart(501, 900, Optional.empty())))
        .isEqualTo(new Agreement.NewLine(Reason.LogReleased));
  }

  @Test
  void whatTheLogHasLetGoOfBeforeAnythingWasArchivedIsAGap() throws Exception {
    assertThat(Agreement.of(line(600), onePart(700, 900, Optional.empty()))).isEqualTo(goOn(700));
  }
}
