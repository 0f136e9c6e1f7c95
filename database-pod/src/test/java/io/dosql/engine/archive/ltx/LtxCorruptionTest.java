package io.dosql.engine.archive.ltx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is cut off or altered is noticed, with the place and what was expected there. */
class LtxCorruptionTest {

  private static final int PAGE_SIZE = 512;
  private static final int PAGES = 4;

  @TempDir Path folder;
  private byte[] ltx = new byte[0];
  private String digest = "";

  @BeforeEach
  void writeSmallFile() throws IOException {
    ltx =
        LtxSnapshotsTest.snapshot(
            DatabaseFiles.write(folder.resolve("a.db"), PAGE_SIZE, PAGES, 11), 7);
    digest = read(ltx).databaseSha256();
  }

  @Test
  void everyTruncationIsRefused() {
    for (int length = 0; length < ltx.length; length++) {
      byte[] cut = Arrays.copyOf(ltx, length);
      assertThatThrownBy(() -> read(cut))
          .as("cut to %d bytes", length)
          .isInstanceOf(CorruptLtxException.class);
    }
  }

  @Test
  void everyAlteredByteIsRefusedUnlessTheFileStillMeansTheSame() throws Exception {
    int harmless = 0;
    for (int at = 0; at < ltx.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] altered = ltx.clone();
        altered[at] ^= (byte) (1 << bit);
        Throwable failure = catchThrowable(() -> read(altered));
        if (failure == null) {
          // Two LZ4 blocks may stand for the same page; then nothing is lost.
          assertThat(read(altered).databaseSha256())
              .as("byte %d bit %d", at, bit)
              .isEqualTo(digest);
          harmless++;
        } else {
          assertThat(failure).isInstanceOf(CorruptLtxException.class);
        }
      }
    }
    assertThat(harmless).isLessThan(ltx.length / 10);
  }

  @Test
  void bytesBehindTheEndAreRefused() {
    byte[] longer = Arrays.copyOf(ltx, ltx.length + 1);
    assertThatThrownBy(() -> read(longer))
        .isInstanceOf(CorruptLtxException.class)
        .hasMessageContaining("end of the file should be byte " + ltx.length);
  }

  @Test
  void theErrorNamesObjectOffsetExpectedAndActual() {
    byte[] altered = ltx.clone();
    altered[100 + 3] = 9;

    CorruptLtxException failure = (CorruptLtxException) catchThrowable(() -> read(altered));

    assertThat(failure.object()).isEqualTo("lines/a/x.ltx");
    assertThat(failure.offset()).isEqualTo(100);
    assertThat(failure.expected()).isEqualTo("1");
    assertThat(failure.actual()).isEqualTo("9");
    assertThat(failure)
        .hasMessage("lines/a/x.ltx is corrupt at byte 100: page number should be 1 but is 9");
  }

  @Test
  void anIncrementIsNoSnapshot() throws Exception {
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    LtxWriter writer =
        new LtxWriter(out, new LtxHeader(PAGE_SIZE, 9, 3, 4, java.time.Instant.EPOCH));
    writer.writePage(2, new byte[PAGE_SIZE]);
    writer.writePage(9, new byte[PAGE_SIZE]);
    writer.finish();

    assertThatThrownBy(() -> read(out.toByteArray()))
        .isInstanceOf(CorruptLtxException.class)
        .hasMessageContaining("min TXID of a snapshot");
  }

  private static LtxSnapshots.Content read(byte[] bytes) throws IOException {
    return LtxSnapshots.verify("lines/a/x.ltx", new ByteArrayInputStream(bytes));
  }
}
