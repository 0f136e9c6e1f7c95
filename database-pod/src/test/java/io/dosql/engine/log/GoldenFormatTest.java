package io.dosql.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Format version 2, byte for byte: whoever changes it needs a new version. */
class GoldenFormatTest {

  private static final String SEGMENT =
      "446f53514c6c6f670200000000000000123456789abcdef00000000000000000"
          + "00000000000180000000000000000001000000000000000000000000000003e8"
          + "be709b62";

  private static final String BATCH =
      "000000000000020000000000000000010000020000000001000000a042544348"
          + "00000000000000000000000000000200123456789abcdef000000000b7de1815";

  /** An empty batch, whose directory tells of the one before. */
  private static final String MARKER =
      "0000000000000400000000000000000200000200000000000000006042544348"
          + "0000002082a324dc0000000000000200123456789abcdef000000000bc831662"
          + "0473686f7000000001000000000000002a000000000000002a00000000000000";

  private static final String RECORD =
      "00000000000002400000006000000040d62cfe7501010304000000000000002a"
          + "000000000000000300000000000003e8000000110000100000000000501340e0"
          + "73686f7000000000000200000000000300000003000000000708090000000000";

  private static String hex(byte[] bytes, int from, int length) {
    return HexFormat.of().formatHex(Arrays.copyOfRange(bytes, from, from + length));
  }

  @Test
  void aLogIsWrittenAsItAlwaysWas() throws Exception {
    SimulatedDisk disk = new SimulatedDisk(new Random(1));
    ManualWorkers workers = new ManualWorkers();
    CommitLog log = TestLogs.open(disk, workers);
    // Three bytes do not compress, so that no compressor's choices are among the bytes.
    PartSection section = new PartSection(2, ByteBuffer.wrap(new byte[] {7, 8, 9}));
    log.append(new CommitPart("shop", 42, 3, true, true, 17, 4096, List.of(), List.of(section)));
    workers.flush();
    byte[] file = disk.content("0000000000000000.log");
    assertThat(hex(file, 0, 64) + hex(file, 508, 4)).isEqualTo(SEGMENT);
    assertThat(hex(file, 512, 64)).isEqualTo(BATCH);
    assertThat(hex(file, 576, 96)).isEqualTo(RECORD);
    assertThat(LogFormat.isZero(ByteBuffer.wrap(file, 672, file.length - 672))).isTrue();
    log.close();
    assertThat(hex(disk.content("0000000000000000.log"), 1024, 96)).isEqualTo(MARKER);
  }
}
