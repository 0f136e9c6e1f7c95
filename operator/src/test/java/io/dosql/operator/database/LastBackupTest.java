package io.dosql.operator.database;

import static io.dosql.operator.database.Observations.serving;
import static io.dosql.operator.testing.Operations.unavailable;
import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.operator.backup.Backups;
import org.junit.jupiter.api.Test;

class LastBackupTest {

  private static final Problem NO_SECRET = new Problem("StoreSecretMissing", "Create it.");

  private static String condition(Observations observation) {
    ConditionValue value = LastBackup.condition(observation.build());
    return value.status() + "/" + value.reason();
  }

  @Test
  void missingSecret_comesBeforeWhatTheStoreSays() {
    assertThat(
            condition(serving().store("STORAGE_PERMISSION_DENIED", "No.").credentials(NO_SECRET)))
        .isEqualTo("False/StoreSecretMissing");
  }

  @Test
  void storeTrouble_comesBeforeAGoodBackup() {
    assertThat(
            condition(
                serving()
                    .store("STORAGE_BUCKET_NOT_FOUND", "No bucket.")
                    .backups(
                        Backups.backup(
                            "one", Backups.completed("2026-11-24T00:00:00Z", "s3://x")))))
        .isEqualTo("False/StoreBucketNotFound");
  }

  @Test
  void newestBackupThatFailed_isTold() {
    assertThat(
            condition(
                serving()
                    .stored("one", "2026-11-23T00:00:00Z")
                    .backups(Backups.backup("two", Backups.failed("2026-11-24T00:00:00Z")))))
        .isEqualTo("False/BackupFailed");
  }

  @Test
  void failureBeforeANewerGoodBackup_isForgotten() {
    assertThat(
            condition(
                serving()
                    .stored("two", "2026-11-24T00:00:01Z")
                    .backups(Backups.backup("one", Backups.failed("2026-11-24T00:00:00Z")))))
        .isEqualTo("True/BackupCompleted");
  }

  @Test
  void completedResource_isEnoughWhileTheStoreIsNotListed() {
    assertThat(
            condition(
                serving()
                    .stored(unavailable())
                    .backups(
                        Backups.backup(
                            "one", Backups.completed("2026-11-24T00:00:00Z", "s3://x")))))
        .isEqualTo("True/BackupCompleted");
  }

  @Test
  void noBackup_isUnknown_notAFailure() {
    assertThat(condition(serving())).isEqualTo("Unknown/NoBackupYet");
  }
}
