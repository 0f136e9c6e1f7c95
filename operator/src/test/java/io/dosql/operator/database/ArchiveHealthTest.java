package io.dosql.operator.database;

import static io.dosql.operator.testing.Databases.database;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.crds.ArchivePolicy;
import io.dosql.crds.BackupPolicy;
import io.dosql.operator.backup.BackupTerms;
import io.dosql.operator.pod.PodStatus.Archive;
import io.dosql.operator.pod.PodStatus.ArchiveError;
import io.dosql.operator.pod.PodStatus.Gap;
import io.dosql.operator.testing.Databases;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchiveHealthTest {

  private static final BackupTerms KEEPING =
      BackupTerms.of(database().build(), Databases.s3Policy());

  private static Archive archive(
      @Nullable String state, @Nullable ArchiveError error, @Nullable Gap gap) {
    return new Archive(
        state, "l1", error, gap, null, Instant.parse("2026-11-17T10:00:00Z"), null, null);
  }

  private static String brief(Archive archive) {
    ConditionValue value = ArchiveHealth.condition(archive, KEEPING);
    return value.status() + "/" + value.reason();
  }

  @ParameterizedTest
  @CsvSource({
    "ok,            True/Archiving",
    "starting,      Unknown/Starting",
    "off,           Unknown/NotStarted",
    "lagging,       False/Lagging",
    "failing,       False/Failing",
    "stalled,       False/Stalled",
    "writesStopped, False/WritesStopped",
    "fenced,        False/Fenced",
    "dreaming,      Unknown/NotReported",
    ",              Unknown/NotReported",
  })
  void everyState_hasAReason(@Nullable String state, String expected) {
    assertThat(brief(archive(state, null, null))).isEqualTo(expected);
  }

  @Test
  void failure_tellsTheEnginesCode_andItsAdvice() {
    assertThat(
            ArchiveHealth.condition(
                    archive(
                        "failing",
                        new ArchiveError("STORAGE_BUCKET_NOT_FOUND", "No bucket.", "Make it."),
                        null),
                    KEEPING)
                .message())
        .contains("STORAGE_BUCKET_NOT_FOUND: No bucket. Make it.")
        .contains("the archive gets a gap");
    assertThat(
            ArchiveHealth.condition(
                    archive(
                        "failing",
                        new ArchiveError("STORAGE_BUCKET_NOT_FOUND", "No bucket.", null),
                        null),
                    KEEPING)
                .message())
        .contains("Create the bucket, or correct backup.store.s3.bucket.");
  }

  @Test
  void consequence_isThatOfThePolicy() {
    BackupTerms stopping =
        BackupTerms.of(
            database().build(),
            new BackupPolicy(
                Databases.s3(),
                null,
                null,
                null,
                new ArchivePolicy(null, null, null, ArchivePolicy.OnMaxLag.StopWrites, null),
                null,
                null,
                null));
    assertThat(ArchiveHealth.condition(archive("stalled", null, null), stopping).message())
        .contains("beyond that writes are refused");
  }

  @ParameterizedTest
  @CsvSource({
    // end of the gap, what it says; the window begins at 2026-11-17T10:00:00Z
    "2026-11-17T10:00:01Z, False/GapInArchive",
    "2026-11-17T10:00:00Z, True/Archiving",
    "2026-11-10T00:00:00Z, True/Archiving",
    // An end that is no time is told as long as the engine tells it.
    "8192,                 False/GapInArchive",
  })
  void gap_isToldWhileSomethingInTheWindowCannotBeRestored(String end, String expected) {
    assertThat(brief(archive("ok", null, new Gap("4096", end)))).isEqualTo(expected);
  }
}
