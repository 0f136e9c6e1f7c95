package io.dosql.engine.archive.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.ArchiveLine;
import io.dosql.engine.archive.ArchiveLines;
import io.dosql.engine.archiver.chain.MemoryStore;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveHistoryTest {

  private static final Instant BEGIN = Instant.parse("2026-11-01T02:00:00Z");

  @TempDir private Path scratch;
  private final ArchiveLayout layout = ArchiveLayout.forS3("shop");
  private final MemoryStore store = new MemoryStore(() -> BEGIN);
  private final ArchiveLines lines = new ArchiveLines(store, layout);

  private static Instant day(int day) {
    return BEGIN.plus(Duration.ofDays(day));
  }

  private void begin(String line, int day) {
    assertThat(
            lines.begin(
                ArchiveLine.begin(
                    line, "shop/orders", day(day), ArchiveLine.Reason.Diverged, null)))
        .isTrue();
  }

  private ArchiveHistory history() {
    return new ArchiveHistory(store, layout, 4096, scratch);
  }

  private static RestoreTarget at(Instant time) {
    return new RestoreTarget.AtTime(time);
  }

  private static void assertRefused(String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            DosqlException.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(ErrorCode.SNAPSHOT_NOT_AVAILABLE);
              assertThat(refused.suggestion()).contains("Restore a backup by its name");
            })
        .hasMessageContaining(message);
  }

  @Test
  void aMomentOfALineThatHasGone_isBeforeTheArchive() {
    begin("first", 0);
    begin("second", 5);
    assertThat(history().lineOf(at(day(3)))).isEqualTo("first");
    lines.retire("first", day(20));
    lines.forget("first");
    assertRefused("the archive begins at " + day(5), () -> history().lineOf(at(day(3))));
    assertThat(history().lineOf(at(day(5)))).isEqualTo("second");
    assertThat(history().lineOf(new RestoreTarget.Latest())).isEqualTo("second");
  }

  @Test
  void aMomentOfALineOfWhichOnlyBackupsAreLeft_isRefused_ratherThanTakenFromTheOneBefore() {
    begin("first", 0);
    begin("second", 5);
    begin("third", 9);
    lines.retire("first", day(20));
    lines.retire("second", day(20));
    ArchiveHistory history = history();
    assertThat(history.lineOf(at(day(6)))).isEqualTo("second");
    assertRefused("second has fallen out of the window", () -> history.line("second"));
    assertThat(history.line("third")).isNotNull();
  }

  @Test
  void alsoIfTheNewestOfThemHasGone() {
    begin("first", 0);
    begin("second", 5);
    begin("third", 9);
    lines.retire("first", day(20));
    lines.forget("second");
    String line = history().lineOf(at(day(6)));
    assertRefused("has fallen out of the window", () -> history().line(line));
  }
}
