package io.dosql.engine.archive.ltx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LtxSnapshotsTest {

  private static final Instant TIME = Instant.parse("2026-11-24T02:00:00.123Z");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 2048, 4096, 8192, 16384, 32768, 65536})
  void everyPageSizeComesBackByteForByte(int pageSizeBytes) throws Exception {
    Path database = DatabaseFiles.write(folder.resolve("a.db"), pageSizeBytes, 17, 3);
    byte[] ltx = snapshot(database, 42);

    Path restored = folder.resolve("b.db");
    LtxSnapshots.Content content = restore(ltx, restored);

    assertThat(restored).hasSameBinaryContentAs(database);
    assertThat(content.header()).isEqualTo(new LtxHeader(pageSizeBytes, 17, 1, 42, TIME));
    assertThat(content.header().databaseBytes()).isEqualTo(17L * pageSizeBytes);
  }

  @Test
  void theHeaderIsLaidOutAsLitestreamWritesIt() throws Exception {
    byte[] ltx = snapshot(DatabaseFiles.write(folder.resolve("a.db"), 512, 2, 1), 0x2A);

    assertThat(new String(ltx, 0, 4, java.nio.charset.StandardCharsets.US_ASCII)).isEqualTo("LTX1");
    assertThat(BigEndian.getInt(ltx, 4)).isEqualTo(2);
    assertThat(BigEndian.getInt(ltx, 8)).isEqualTo(512);
    assertThat(BigEndian.getInt(ltx, 12)).isEqualTo(2);
    assertThat(BigEndian.getLong(ltx, 16)).isEqualTo(1);
    assertThat(BigEndian.getLong(ltx, 24)).isEqualTo(42);
    assertThat(BigEndian.getLong(ltx, 32)).isEqualTo(TIME.toEpochMilli());
    assertThat(BigEndian.getInt(ltx, 100)).isEqualTo(1);
    assertThat(BigEndian.getUnsignedShort(ltx, 104)).isEqualTo(1);
  }

  @Test
  void theLockPageIsLeftOutAndComesBackAsZeros() throws Exception {
    int pageSize = 65536;
    int lockPage = (int) LtxFormat.lockPage(pageSize);
    Path database = folder.resolve("big.db");
    Files.write(database, DatabaseFiles.bytes(pageSize, 1, 1));
    try (RandomAccessFile file = new RandomAccessFile(database.toFile(), "rw")) {
      file.seek((long) (lockPage - 2) * pageSize);
      file.write(DatabaseFiles.bytes(pageSize, 1, 2));
      file.seek((long) lockPage * pageSize);
      file.write(DatabaseFiles.bytes(pageSize, 1, 3));
    }
    Path ltx = folder.resolve("big.ltx");
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(ltx))) {
      LtxSnapshots.write(database, 5, TIME, out);
    }
    Path restored = folder.resolve("restored.db");
    try (InputStream in = Files.newInputStream(ltx)) {
      LtxSnapshots.restore("big.ltx", in, restored);
    }

    assertThat(Files.mismatch(database, restored)).isEqualTo(-1);
  }

  @Test
  void aSnapshotWhoseLastPageIsTheLockPageComesBackInFullLength() {
    LtxHeader header = LtxHeader.snapshot(65536, 16385, 1, TIME);

    assertThat(header.lastSnapshotPage()).isEqualTo(16384);
    assertThat(header.pageAfter(16384)).isEqualTo(16386);
  }

  @Test
  void theSameStateGivesTheSameDigestWhateverTheCopyingChanged() throws Exception {
    byte[] database = DatabaseFiles.bytes(1024, 3, 5);
    Path one = Files.write(folder.resolve("1.db"), database);
    BigEndian.putInt(database, 24, 10);
    BigEndian.putInt(database, 92, 10);
    BigEndian.putInt(database, 96, 3_055_000);
    Path two = Files.write(folder.resolve("2.db"), database);
    database[1024]++;
    Path three = Files.write(folder.resolve("3.db"), database);

    String digest = digest(one);

    assertThat(digest(two)).isEqualTo(digest);
    assertThat(digest(three)).isNotEqualTo(digest);
  }

  @Test
  void whatIsNoDatabaseIsRefused() throws Exception {
    Path shortFile = Files.write(folder.resolve("short.db"), new byte[10]);
    Path wrongMagic = Files.write(folder.resolve("magic.db"), new byte[4096]);
    byte[] odd = java.util.Arrays.copyOf(DatabaseFiles.bytes(512, 2, 1), 1000);
    Path oddLength = Files.write(folder.resolve("odd.db"), odd);
    byte[] cut = java.util.Arrays.copyOf(DatabaseFiles.bytes(512, 4, 1), 1024);
    Path cutOff = Files.write(folder.resolve("cut.db"), cut);

    assertThatThrownBy(() -> snapshot(shortFile, 1)).hasMessageContaining("10 bytes");
    assertThatThrownBy(() -> snapshot(wrongMagic, 1)).hasMessageContaining("first 16 bytes");
    assertThatThrownBy(() -> snapshot(oddLength, 1)).hasMessageContaining("no whole pages of 512");
    assertThatThrownBy(() -> snapshot(cutOff, 1))
        .hasMessageContaining("has 2 pages, but its header counts 4");
  }

  @Test
  void anExistingTargetIsNeverTouched() throws Exception {
    byte[] ltx = snapshot(DatabaseFiles.write(folder.resolve("a.db"), 512, 2, 1), 1);
    Path target = Files.writeString(folder.resolve("b.db"), "precious");

    assertThatThrownBy(() -> restore(ltx, target)).isInstanceOf(FileAlreadyExistsException.class);
    assertThat(target).hasContent("precious");
  }

  @Test
  void aRestoreThatFailsLeavesNoFile() throws Exception {
    byte[] ltx = snapshot(DatabaseFiles.write(folder.resolve("a.db"), 512, 9, 1), 1);
    ltx[ltx.length - 1] ^= 1;
    Path target = folder.resolve("b.db");

    assertThatThrownBy(() -> restore(ltx, target))
        .isInstanceOf(CorruptLtxException.class)
        .hasMessageContaining("file checksum");
    assertThat(target).doesNotExist();
  }

  static byte[] snapshot(Path database, long lsn) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LtxSnapshots.write(database, lsn, TIME, out);
    return out.toByteArray();
  }

  private static LtxSnapshots.Content restore(byte[] ltx, Path target) throws IOException {
    return LtxSnapshots.restore("test.ltx", new ByteArrayInputStream(ltx), target);
  }

  private static String digest(Path database) throws IOException {
    return LtxSnapshots.write(database, 1, TIME, OutputStream.nullOutputStream()).databaseSha256();
  }
}
