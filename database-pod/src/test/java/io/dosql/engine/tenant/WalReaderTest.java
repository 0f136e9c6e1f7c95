package io.dosql.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.sqlite.CheckpointMode;
import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read from a WAL that SQLite writes. */
class WalReaderTest {

  private static final int FRAME = 24 + Connections.PAGE_SIZE;

  @TempDir Path folder;
  private Path wal;
  private SqliteConnection sqlite;
  private WalReader reader;
  private int frames;

  @BeforeEach
  void open() {
    wal = folder.resolve("a.db-wal");
    sqlite = SqliteConnection.open(folder.resolve("a.db"), OpenMode.CREATE);
    sqlite.execute("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL");
    sqlite.execute("PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0");
    sqlite.setWalHook(count -> frames = count);
    reader = new WalReader(wal, Connections.PAGE_SIZE);
  }

  @AfterEach
  void close() throws Exception {
    reader.close();
    sqlite.close();
  }

  @Test
  void eachCommitIsReadOnceWithTheNewestImageOfEachPage() throws Exception {
    sqlite.execute("CREATE TABLE t (v)");
    WalCommit first = reader.next(frames);
    assertThat(first.pages()).extracting(WalCommit.Page::number).containsExactly(1, 2);
    assertThat(first.databasePages()).isEqualTo(2);
    // So large that pages spill into the WAL before the commit, some of them more than once.
    sqlite.execute("PRAGMA cache_size = 2; BEGIN");
    for (int i = 0; i < 50; i++) {
      sqlite.execute("INSERT INTO t VALUES (hex(randomblob(3000)))");
      sqlite.execute("UPDATE t SET v = v || 'x' WHERE rowid % 7 = 1");
    }
    sqlite.execute("COMMIT");
    WalCommit second = reader.next(frames);
    assertThat(second.from()).isEqualTo(first.to());
    assertThat(second.to()).isEqualTo(32 + (long) frames * FRAME);
    assertThat(second.pages())
        .extracting(WalCommit.Page::number)
        .doesNotHaveDuplicates()
        .isSorted();
    assertImagesAreThoseOfTheDatabase(second);
  }

  private void assertImagesAreThoseOfTheDatabase(WalCommit commit) throws Exception {
    byte[][] images = new byte[commit.pages().length][];
    for (int i = 0; i < images.length; i++) {
      images[i] = new byte[Connections.PAGE_SIZE];
      commit.page(i).get(images[i]);
    }
    assertThat(sqlite.checkpoint(CheckpointMode.TRUNCATE).isComplete()).isTrue();
    byte[] database = Files.readAllBytes(folder.resolve("a.db"));
    for (int i = 0; i < images.length; i++) {
      int at = (commit.pages()[i].number() - 1) * Connections.PAGE_SIZE;
      assertThat(images[i])
          .describedAs("page %d", commit.pages()[i].number())
          .isEqualTo(java.util.Arrays.copyOfRange(database, at, at + Connections.PAGE_SIZE));
    }
  }

  @Test
  void theReaderFollowsAWalThatBeginsAnew() throws Exception {
    for (CheckpointMode mode : CheckpointMode.values()) {
      sqlite.execute("CREATE TABLE t%s (v)".formatted(mode));
      assertThat(reader.next(frames).pages()).isNotEmpty();
      assertThat(sqlite.checkpoint(mode).isComplete()).isTrue();
      sqlite.execute("INSERT INTO t%s VALUES (1)".formatted(mode));
      assertThat(reader.next(frames).pages()).hasSize(1);
    }
  }

  @Test
  void theReaderFollowsAWalThatBeginsAnewWithALongerCommitThanTheOldOneHeld() throws Exception {
    sqlite.execute("CREATE TABLE t (v)");
    assertThat(reader.next(frames).to()).isLessThan(10 * FRAME);
    assertThat(sqlite.checkpoint(CheckpointMode.FULL).isComplete()).isTrue();
    sqlite.execute("INSERT INTO t VALUES (zeroblob(100000))");
    WalCommit commit = reader.next(frames);
    assertThat(commit.from()).isEqualTo(32);
    assertThat(commit.to()).isGreaterThan(24 * FRAME);
  }

  @Test
  void aWholeCommitBehindWhatSqliteToldOfIsNotRead() throws Exception {
    sqlite.execute("CREATE TABLE t (v)");
    int told = frames;
    // As one whose last step failed leaves it: frames, checksums and commit mark are all there.
    sqlite.execute("INSERT INTO t VALUES ('failed')");
    WalCommit commit = reader.next(told);
    assertThat(commit.to()).isEqualTo(32 + (long) told * FRAME);
    assertThat(commit.databasePages()).isEqualTo(2);
  }

  @Test
  void whatARolledBackTransactionLeftIsOverwrittenAndNotRead() throws Exception {
    sqlite.execute("CREATE TABLE t (v); PRAGMA cache_size = 1");
    WalCommit before = reader.next(frames);
    sqlite.execute("BEGIN; INSERT INTO t VALUES (zeroblob(100000)); ROLLBACK");
    assertThat(Files.size(wal)).isGreaterThan(before.to());
    sqlite.execute("INSERT INTO t VALUES (1)");
    WalCommit commit = reader.next(frames);
    assertThat(commit.from()).isEqualTo(before.to());
    assertThat(commit.pages()).extracting(WalCommit.Page::number).containsExactly(2);
  }

  @Test
  void anyDamagedByteOfTheCommittedFramesIsRefused() throws Exception {
    sqlite.execute("CREATE TABLE t (v)");
    try (RandomAccessFile file = new RandomAccessFile(wal.toFile(), "rw")) {
      for (int offset = 0; offset < file.length(); offset += offset < 100 ? 1 : 613) {
        file.seek(offset);
        int right = file.read();
        file.seek(offset);
        file.write(right ^ 0x10);
        try (WalReader fresh = new WalReader(wal, Connections.PAGE_SIZE)) {
          assertThatThrownBy(() -> fresh.next(frames))
              .describedAs("byte %d", offset)
              .isInstanceOf(CorruptWalException.class)
              .hasMessageContainingAll("a.db-wal", "offset", "expected", "found");
        }
        file.seek(offset);
        file.write(right);
      }
    }
    assertThat(reader.next(frames).databasePages()).isEqualTo(2);
  }

  @Test
  void aWalThatIsTooShortForWhatSqliteToldOfIsRefused() throws Exception {
    sqlite.execute("CREATE TABLE t (v)");
    assertThatThrownBy(() -> reader.next(frames + 1)).isInstanceOf(java.io.IOException.class);
  }

  @Test
  void framesWithoutTheMarkOfACommitAreRefused() throws Exception {
    sqlite.execute("CREATE TABLE t (v)");
    assertThatThrownBy(() -> reader.next(frames - 1))
        .isInstanceOf(CorruptWalException.class)
        .hasMessageContaining("mark of a commit");
  }
}
