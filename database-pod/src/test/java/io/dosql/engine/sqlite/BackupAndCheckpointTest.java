package io.dosql.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BackupAndCheckpointTest {

  private static final BackupProgress GO_ON = (remaining, total, blocked) -> true;

  @TempDir Path folder;
  private Path file;
  private SqliteConnection source;

  @BeforeEach
  void open() {
    file = folder.resolve("source.db");
    source = SqliteConnection.open(file, OpenMode.CREATE);
    source.execute("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
    source.execute("CREATE TABLE t (v)");
    for (int i = 0; i < 20; i++) {
      source.execute("INSERT INTO t VALUES (zeroblob(3000))");
    }
  }

  @AfterEach
  void close() {
    source.close();
  }

  private static long rows(SqliteConnection sqlite) {
    try (SqliteStatement count = sqlite.prepare("SELECT count(*) FROM t")) {
      assertThat(count.step()).isTrue();
      return count.integer(0);
    }
  }

  private SqliteConnection target() {
    return SqliteConnection.open(folder.resolve("target.db"), OpenMode.CREATE);
  }

  @Test
  void aBackupCopiesEverythingAndTellsHowFarItIs() {
    List<Integer> left = new ArrayList<>();
    try (SqliteConnection target = target()) {
      assertThat(
              source.backupTo(
                  target,
                  5,
                  (remaining, total, blocked) -> {
                    assertThat(blocked).isFalse();
                    assertThat(total).isGreaterThan(20);
                    left.add(remaining);
                    return true;
                  }))
          .isTrue();
      assertThat(rows(target)).isEqualTo(20);
    }
    assertThat(left).hasSizeGreaterThan(3).last().isEqualTo(0);
  }

  @Test
  void aBackupThatIsGivenUpLeavesTheTargetAsItWas() {
    try (SqliteConnection target = target()) {
      target.execute("CREATE TABLE mine (v)");
      assertThat(source.backupTo(target, 1, (remaining, total, blocked) -> false)).isFalse();
      target.execute("INSERT INTO mine VALUES (1)");
      assertThatThrownBy(() -> rows(target)).hasMessageContaining("no such table");
    }
  }

  @Test
  void whatTheProgressThrowsComesOutAndLeavesTheTargetAsItWas() {
    try (SqliteConnection target = target()) {
      assertThatThrownBy(
              () ->
                  source.backupTo(
                      target,
                      1,
                      (remaining, total, blocked) -> {
                        throw new IllegalStateException("enough");
                      }))
          .hasMessage("enough");
      assertThatThrownBy(() -> rows(target)).hasMessageContaining("no such table");
      assertThat(source.backupTo(target, -1, GO_ON)).isTrue();
      assertThat(rows(target)).isEqualTo(20);
    }
  }

  @Test
  void neitherConnectionCanBeUsedMeanwhile() {
    try (SqliteConnection target = target()) {
      boolean complete =
          source.backupTo(
              target,
              -1,
              (remaining, total, blocked) -> {
                for (SqliteConnection used : List.of(source, target)) {
                  assertThatThrownBy(() -> used.execute("SELECT 1"))
                      .isInstanceOf(IllegalStateException.class);
                  assertThatThrownBy(used::close).isInstanceOf(IllegalStateException.class);
                }
                return true;
              });
      assertThat(complete).isTrue();
    }
  }

  @Test
  void aBackupOfASnapshotSeesNoLaterCommit() {
    try (SqliteConnection reader = SqliteConnection.open(file, OpenMode.READ_ONLY);
        SqliteConnection target = target()) {
      reader.execute("BEGIN; SELECT count(*) FROM t");
      assertThat(
              reader.backupTo(
                  target,
                  3,
                  (remaining, total, blocked) -> {
                    source.execute("INSERT INTO t VALUES (1)");
                    return true;
                  }))
          .isTrue();
      assertThat(rows(target)).isEqualTo(20);
      assertThat(rows(source)).isGreaterThan(20);
    }
  }

  @Test
  void aTargetThatIsLockedIsToldAsBlocked() {
    Path path = folder.resolve("target.db");
    try (SqliteConnection holder = SqliteConnection.open(path, OpenMode.CREATE);
        SqliteConnection target = SqliteConnection.open(path, OpenMode.CREATE)) {
      holder.execute("CREATE TABLE mine (v); BEGIN IMMEDIATE");
      List<Boolean> told = new ArrayList<>();
      assertThat(
              source.backupTo(
                  target,
                  -1,
                  (remaining, total, blocked) -> {
                    told.add(blocked);
                    return told.size() < 3;
                  }))
          .isFalse();
      assertThat(told).containsExactly(true, true, true);
      holder.execute("COMMIT");
      assertThat(source.backupTo(target, -1, GO_ON)).isTrue();
    }
  }

  @Test
  void aBackupThatCannotBeginOrEndIsAnError() {
    try (SqliteConnection target = target()) {
      target.execute("CREATE TABLE mine (v); INSERT INTO mine VALUES (1)");
      target.execute("BEGIN; SELECT * FROM mine");
      assertThatThrownBy(() -> source.backupTo(target, -1, GO_ON))
          .isInstanceOf(SqliteException.class)
          .hasMessageContaining("in use");
      target.execute("COMMIT");
      assertThatThrownBy(() -> source.backupTo(source, -1, GO_ON))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> source.backupTo(target, 0, GO_ON))
          .isInstanceOf(IllegalArgumentException.class);
    }
    try (SqliteConnection readOnly =
        SqliteConnection.open(folder.resolve("target.db"), OpenMode.READ_ONLY)) {
      assertThatThrownBy(() -> source.backupTo(readOnly, -1, GO_ON))
          .isInstanceOfSatisfying(
              SqliteException.class,
              failure -> assertThat(failure.code().base()).isEqualTo(ResultCode.READONLY));
    }
  }

  @ParameterizedTest
  @EnumSource(CheckpointMode.class)
  void aCheckpointWithNobodyInTheWayIsComplete(CheckpointMode mode) throws Exception {
    Path wal = folder.resolve("source.db-wal");
    assertThat(Files.size(wal)).isPositive();
    CheckpointResult result = source.checkpoint(mode);
    assertThat(result.isComplete()).isTrue();
    assertThat(result.busy()).isFalse();
    assertThat(Files.size(file)).isGreaterThan(20 * 3000);
    if (mode == CheckpointMode.TRUNCATE) {
      assertThat(Files.size(wal)).isZero();
    } else {
      assertThat(result.checkpointedFrames()).isEqualTo(result.logFrames()).isPositive();
    }
  }

  @Test
  void aSnapshotInTheWayIsTold() {
    try (SqliteConnection reader = SqliteConnection.open(file, OpenMode.READ_ONLY)) {
      reader.execute("BEGIN; SELECT count(*) FROM t");
      source.execute("INSERT INTO t VALUES (1)");
      CheckpointResult passive = source.checkpoint(CheckpointMode.PASSIVE);
      assertThat(passive.isComplete()).isFalse();
      assertThat(passive.checkpointedFrames()).isLessThan(passive.logFrames());
      CheckpointResult full = source.checkpoint(CheckpointMode.FULL);
      assertThat(full.busy()).isTrue();
      assertThat(full.isComplete()).isFalse();
      reader.execute("COMMIT");
      assertThat(source.checkpoint(CheckpointMode.FULL).isComplete()).isTrue();
    }
  }

  @Test
  void aCheckpointInsideATransactionIsRefused() {
    source.execute("BEGIN IMMEDIATE; INSERT INTO t VALUES (1)");
    assertThatThrownBy(() -> source.checkpoint(CheckpointMode.PASSIVE))
        .isInstanceOfSatisfying(
            SqliteException.class,
            failure -> assertThat(failure.code()).isEqualTo(ResultCode.LOCKED));
    source.execute("ROLLBACK");
  }

  @Test
  void withoutAWalThereIsNothingToDo() {
    try (SqliteConnection memory = SqliteConnection.openInMemory()) {
      assertThat(memory.checkpoint(CheckpointMode.PASSIVE))
          .isEqualTo(new CheckpointResult(false, -1, -1));
    }
  }

  @Test
  void closingDoesNotCheckpointWhereThatIsSwitchedOff() throws Exception {
    source.configure(DbConfig.NO_CHECKPOINT_ON_CLOSE, true);
    long before = Files.size(file);
    source.close();
    assertThat(Files.size(file)).isEqualTo(before);
    assertThat(Files.size(folder.resolve("source.db-wal"))).isPositive();
  }
}
