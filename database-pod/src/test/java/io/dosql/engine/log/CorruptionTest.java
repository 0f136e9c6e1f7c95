package io.dosql.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What no crash can leave is refused, and nothing is ever shortened silently. */
@ExtendWith(QuietLog.class)
class CorruptionTest {

  private static final int SECTOR = LogFormat.SECTOR_BYTES;

  private final SimulatedDisk disk = new SimulatedDisk(new Random(1));
  private final ManualWorkers workers = new ManualWorkers();

  private CommitLog log = openNew();
  private long lsn = 1;

  private CommitLog openNew() {
    try {
      return TestLogs.open(disk, workers);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Two full segments and an active one with three batches. */
  @BeforeEach
  void fill() throws Exception {
    while (log.statistics().segments() < 3) {
      flushed(40);
    }
    flushed(3);
    flushed(2);
  }

  /** Appends two commits as one batch; returns its begin. */
  private LogPosition flushed(int pages) throws Exception {
    LogPosition begin = log.settled();
    log.append(CommitParts.commit("a", lsn, pages));
    log.append(CommitParts.commit("b", lsn++, 1));
    workers.flush();
    return begin;
  }

  private List<String> segments() throws IOException {
    return disk.list().stream().filter(name -> name.endsWith(".log")).sorted().toList();
  }

  private String active() throws IOException {
    return segments().getLast();
  }

  private int offsetInActive(LogPosition position) throws IOException {
    return (int) (position.bytes() - Long.parseLong(active().substring(0, 16), 16));
  }

  private void reopen() throws IOException {
    log = TestLogs.open(disk, new ManualWorkers());
  }

  /** Flips bytes one after the other and expects each opening to name the file. */
  private void assertEachFlipIsRefused(String file, int from, int to) {
    for (int offset = from; offset < to; offset += offset - from < 2 * SECTOR ? 1 : 31) {
      disk.flipByte(file, offset);
      byte[] before = disk.content(file);
      assertThatThrownBy(this::reopen)
          .as("byte %d of %s", offset, file)
          .asInstanceOf(type(CorruptLogException.class))
          .satisfies(
              refused -> {
                assertThat(refused.file()).isEqualTo(file);
                assertThat(refused.getMessage()).contains(file, "offset", "expected", "found");
              });
      assertThat(disk.content(file)).isEqualTo(before);
      disk.flipByte(file, offset);
    }
  }

  @Test
  void anyDamagedByteOfASealedSegmentIsRefused() throws IOException {
    int end = LogFormat.lastNonZero(ByteBuffer.wrap(disk.content(segments().get(1)))) + 1;
    assertEachFlipIsRefused(segments().get(1), 0, LogFormat.roundUp(end, SECTOR));
  }

  @Test
  void anyDamagedByteBeforeTheLastBatchOfTheActiveSegmentIsRefused() throws Exception {
    LogPosition last = flushed(2);
    assertEachFlipIsRefused(active(), 0, offsetInActive(last));
  }

  @Test
  void anyDamagedByteOfTheLastRecordsIsRefusedAfterACleanClose() throws Exception {
    LogPosition last = flushed(2);
    LogPosition end = log.settled();
    log.close();
    assertEachFlipIsRefused(active(), offsetInActive(last), offsetInActive(end));
  }

  @Test
  void anyDamagedByteOfTheLastRecordsIsRefusedOnceTheLogWasReopened() throws Exception {
    LogPosition last = flushed(2);
    LogPosition end = log.settled();
    reopen();
    assertEachFlipIsRefused(active(), offsetInActive(last), offsetInActive(end));
  }

  @Test
  void aDamagedLastBatchIsATornTailAndIsCutOff() throws Exception {
    LogPosition last = flushed(4);
    LogPosition end = log.settled();
    Random random = new Random(7);
    for (int i = 0; i < 100; i++) {
      SimulatedDisk copy = new SimulatedDisk(new Random(i));
      for (String name : segments()) {
        try (LogFile file = copy.create(name)) {
          file.write(ByteBuffer.wrap(disk.content(name)), 0);
          file.sync();
        }
      }
      int at = offsetInActive(last);
      int to = offsetInActive(end);
      int flips = 1 + random.nextInt(5);
      for (int flip = 0; flip < flips; flip++) {
        copy.flipByte(active(), random.nextInt(at, to));
      }
      int zeroedSector = random.nextInt(at, to) / SECTOR * SECTOR;
      copy.poke(active(), zeroedSector, new byte[SECTOR]);
      log = TestLogs.open(copy, new ManualWorkers());
      assertThat(log.recovery().cutFile()).isEqualTo(active());
      assertThat(log.recovery().cutOffset()).isEqualTo(at);
      assertThat(log.lastLsn("a")).hasValue(lsn - 2);
      byte[] content = copy.content(active());
      // What is left is the empty batch that proves that the one before was synced.
      assertThat(Arrays.copyOfRange(content, at + SECTOR, content.length))
          .isEqualTo(new byte[content.length - at - SECTOR]);
    }
  }

  @Test
  void aLaterBatchWithoutItsHeaderStillProvesThatADamagedOneWasSynced() throws Exception {
    LogPosition damaged = flushed(4);
    LogPosition torn = flushed(4);
    disk.flipByte(active(), offsetInActive(damaged) + 5);
    disk.poke(active(), offsetInActive(torn), new byte[SECTOR]);
    assertThatThrownBy(this::reopen)
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining("offset " + offsetInActive(damaged))
        .hasMessageContaining("later batch");
  }

  @Test
  void anythingBehindABatchWhoseEndIsKnownProvesThatItWasSynced() throws Exception {
    LogPosition damaged = flushed(4);
    disk.flipByte(active(), offsetInActive(damaged) + 700);
    disk.poke(active(), offsetInActive(log.settled()) + 3000, new byte[] {1});
    assertThatThrownBy(this::reopen)
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining("later batch");
  }

  @Test
  void aBatchThatVanishedAtTheEndOfASealedSegmentIsMissed() throws Exception {
    String sealed = segments().get(1);
    SegmentReader reader =
        new SegmentReader(
            disk.openForReading(sealed),
            new Segment(Segment.startOf(sealed).orElseThrow(), TestLogs.SMALL.segmentBytes()),
            TestLogs.LOG_ID);
    long position = reader.segment().firstBatch();
    BatchHeader last = reader.findBatch(position).orElseThrow();
    while (reader.findBatch(last.end()).isPresent()) {
      last = reader.findBatch(last.end()).orElseThrow();
    }
    int at = (int) reader.segment().offsetOf(last.position());
    disk.poke(sealed, at, new byte[last.lengthBytes()]);
    assertThatThrownBy(this::reopen)
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining(sealed)
        .hasMessageContaining("offset " + at);
  }

  @Test
  void aSegmentThatVanishedIsMissed() throws Exception {
    disk.delete(segments().get(1));
    assertThatThrownBy(this::reopen)
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining("expected the segment that starts at");
  }

  @Test
  void aShortenedSegmentIsRefused() throws Exception {
    disk.truncate(active(), TestLogs.SMALL.segmentBytes() - 1);
    assertThatThrownBy(this::reopen).isInstanceOf(CorruptLogException.class);
    disk.truncate(active(), 100);
    assertThatThrownBy(this::reopen).isInstanceOf(CorruptLogException.class);
  }

  @Test
  void aSegmentOfAnotherLogIsRefused() throws Exception {
    SimulatedDisk otherDisk = new SimulatedDisk(new Random(2));
    new LogOpener(
            TestLogs.SMALL,
            otherDisk,
            failure -> {},
            InstantSource.system(),
            () -> 42,
            new ManualWorkers())
        .open();
    disk.poke(segments().getFirst(), 0, otherDisk.content("0000000000000000.log"));
    assertThatThrownBy(this::reopen)
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining("log id");
  }

  @Test
  void aSegmentUnderAnotherNameIsRefused() throws Exception {
    disk.rename(segments().getFirst(), "0000000000000200.log");
    assertThatThrownBy(this::reopen)
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining("start position");
  }

  @Test
  void aCopyOfARecordElsewhereInThePagesOfATenantChangesNothing() throws Exception {
    // A tenant that stores a whole segment in its pages cannot make a tail look like corruption.
    byte[] copied = Arrays.copyOfRange(disk.content(active()), SECTOR, 5 * SECTOR);
    PageImage page = new PageImage(1, ByteBuffer.wrap(copied, SECTOR, SECTOR));
    log.append(CommitParts.part("a", lsn, true, true, List.of(page)));
    log.append(CommitParts.commit("b", lsn, 8));
    LogPosition last = log.settled();
    workers.flush();
    disk.flipByte(active(), offsetInActive(last) + 3);
    assertThatCode(this::reopen).doesNotThrowAnyException();
    assertThat(log.lastLsn("a")).hasValue(lsn - 1);
  }

  @Test
  void aNewerFormatIsToldFromCorruption() throws Exception {
    byte[] header = Arrays.copyOf(disk.content(active()), SECTOR);
    header[8] = 2;
    ByteBuffer bytes = ByteBuffer.wrap(header);
    bytes.putInt(
        SECTOR - 4,
        LogFormat.checksum(LogFormat.SEGMENT_TAG, TestLogs.LOG_ID, bytes.slice(0, SECTOR - 4)));
    disk.poke(active(), 0, header);
    assertThatThrownBy(this::reopen)
        .isInstanceOf(UnsupportedLogVersionException.class)
        .hasMessageContaining("format version 2, known up to 1");
  }

  @Test
  void aNewerRecordIsToldFromCorruption() throws Exception {
    LogPosition last = flushed(1);
    int at = offsetInActive(last) + BatchHeader.BYTES;
    byte[] header = Arrays.copyOfRange(disk.content(active()), at, at + RecordHeader.BYTES);
    header[20] = 9;
    ByteBuffer bytes = ByteBuffer.wrap(header);
    bytes.putInt(60, LogFormat.checksum(LogFormat.RECORD_TAG, TestLogs.LOG_ID, bytes.slice(0, 60)));
    disk.poke(active(), at, header);
    assertThatThrownBy(this::reopen)
        .isInstanceOf(UnsupportedLogVersionException.class)
        .hasMessageContaining("record version 9");
  }

  @Test
  void damageThatComesWhileTheLogIsOpenIsFoundByReading() throws Exception {
    LogPosition damaged = flushed(3);
    disk.flipByte(active(), offsetInActive(damaged) + 900);
    LogPosition part = log.commitsAfter("a", lsn - 2).getFirst().parts().getFirst();
    try (PartReader reader = log.partReader();
        LogReader sequential = log.reader(damaged)) {
      assertThatThrownBy(() -> reader.read(part))
          .isInstanceOf(CorruptLogException.class)
          .hasMessageContaining("record body checksum");
      assertThatThrownBy(sequential::next).isInstanceOf(CorruptLogException.class);
    }
  }
}
