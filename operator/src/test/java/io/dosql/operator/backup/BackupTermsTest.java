package io.dosql.operator.backup;

import static io.dosql.operator.testing.Databases.database;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.crds.ArchivePolicy;
import io.dosql.crds.BackupPolicy;
import io.dosql.crds.BackupTier;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.Retention;
import io.dosql.operator.testing.Databases;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackupTermsTest {

  private static final DoSQLDatabase ORDERS = database().build();

  private static BackupTerms terms(
      @Nullable BackupTier tier,
      @Nullable String schedule,
      @Nullable ArchivePolicy archive,
      @Nullable Retention retention) {
    return BackupTerms.of(
        ORDERS,
        new BackupPolicy(Databases.s3(), tier, schedule, null, archive, retention, null, null));
  }

  @ParameterizedTest
  @CsvSource({
    // tier, schedule without its minute, archive, interval, days kept, window in days
    "Low,      2 * * 0, false, 1s, 14,  14",
    "Medium,   2 * * *, false, 1s, 30,  30",
    "High,     2 * * *, true,  1h, 90,  90",
    "Critical, * * * *, true,  1s, 365, 365",
  })
  void tier_isScheduleArchiveAndRetention(
      BackupTier tier, String schedule, boolean archiving, String interval, int days, int window) {
    BackupTerms terms = terms(tier, null, null, null);
    assertThat(terms.schedule().orElseThrow()).matches("[0-9]{1,2} .*").endsWith(" " + schedule);
    assertThat(terms.archiving()).isEqualTo(archiving);
    assertThat(terms.interval()).isEqualTo(interval);
    assertThat(terms.keepDays()).contains(days);
    assertThat(terms.keepLast()).isEmpty();
    assertThat(terms.window()).isEqualTo(Duration.ofDays(window));
    assertThat(terms.hasRetention()).isTrue();
  }

  @Test
  void withoutATier_everyCommitOfAWeekIsKept_andAllBackups() {
    assertThat(terms(null, null, null, null))
        .isEqualTo(
            new BackupTerms(
                Optional.empty(),
                true,
                "1s",
                null,
                ArchivePolicy.OnMaxLag.KeepServing,
                Duration.ofDays(7),
                "24h",
                Optional.empty(),
                Optional.empty()));
  }

  @Test
  void whatIsSaid_goesBeforeTheTier_fieldByField() {
    BackupTerms terms =
        terms(
            BackupTier.High,
            null,
            new ArchivePolicy(null, "5m", "2Gi", ArchivePolicy.OnMaxLag.StopWrites, "12h"),
            new Retention(5, null, "36h"));
    assertThat(terms.interval()).isEqualTo("5m");
    assertThat(terms.maxLag()).isEqualTo("2Gi");
    assertThat(terms.onMaxLag()).isEqualTo(ArchivePolicy.OnMaxLag.StopWrites);
    assertThat(terms.snapshotInterval()).isEqualTo("12h");
    assertThat(terms.window()).isEqualTo(Duration.ofHours(36));
    assertThat(terms.keepLast()).contains(5);
    // A count of one's own is not to be kept company by the tier's days.
    assertThat(terms.keepDays()).isEmpty();
  }

  @Test
  void windowAlone_leavesTheTiersDaysToBackups() {
    BackupTerms terms = terms(BackupTier.Critical, null, null, new Retention(null, null, "3d"));
    assertThat(terms.keepDays()).contains(365);
    assertThat(terms.window()).isEqualTo(Duration.ofDays(3));
  }

  @Test
  void archiveMode_switchesWhatTheTierHas() {
    ArchivePolicy on = new ArchivePolicy(ArchivePolicy.Mode.Continuous, null, null, null, null);
    ArchivePolicy off = new ArchivePolicy(ArchivePolicy.Mode.Off, null, null, null, null);
    assertThat(terms(BackupTier.Low, null, on, null).archiving()).isTrue();
    assertThat(terms(BackupTier.Critical, null, off, null).archiving()).isFalse();
    assertThat(terms(null, null, off, null).archiving()).isFalse();
  }

  @Test
  void databases_doNotAllBeginAtTheSameMinute_andEachAlwaysAtItsOwn() {
    assertThat(
            IntStream.range(0, 200)
                .mapToObj(i -> database().name("db" + i).build())
                .map(
                    named ->
                        BackupTerms.of(
                                named,
                                new BackupPolicy(
                                    Databases.s3(),
                                    BackupTier.Critical,
                                    null,
                                    null,
                                    null,
                                    null,
                                    null,
                                    null))
                            .schedule()
                            .orElseThrow())
                .collect(Collectors.toSet()))
        .hasSizeGreaterThan(40);
    assertThat(terms(BackupTier.Low, null, null, null))
        .isEqualTo(terms(BackupTier.Low, null, null, null));
  }

  @ParameterizedTest
  @CsvSource({"500ms, PT0.5S", "90s, PT1M30S", "5m, PT5M", "36h, PT36H", "7d, PT168H"})
  void durations_areRead(String text, Duration expected) {
    assertThat(BackupTerms.duration(text)).isEqualTo(expected);
  }

  @Test
  void otherText_isNoDuration() {
    for (String text : new String[] {"", "7", "d", "-1d", "1.5h", "7 d"}) {
      assertThatThrownBy(() -> BackupTerms.duration(text))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
