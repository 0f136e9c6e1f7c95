package io.dosql.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What no crash can leave is told, and nothing is ever shortened silently. */
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
    log.append(CommitParts.commit("quiet", 1, 2));
    workers.flush();
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

  private static SimulatedDisk copyOf(SimulatedDisk source) throws IOException {
    SimulatedDisk copy = new SimulatedDisk(new Random(1));
    for (String name : source.list()) {
      try (LogFile file = copy.create(name)) {
        file.write(ByteBuffer.wrap(source.content(name)), 0);
        file.sync();
      }
    }
    return copy;
  }

  /** What the log holds of a tenant, commit by commit. */
  private static Map<Long, List<CommitPart>> commits(CommitLog log, String tenant)
      throws Exception {
    return commits(log, tenant, 0);
  }

  private static Map<Long, List<CommitPart>> tailOf(Map<Long, List<CommitPart>> all, long lsn) {
    return new TreeMap<>(all).tailMap(lsn, false);
  }

  private static Map<Long, List<CommitPart>> commits(CommitLog log, String tenant, long afterLsn)
      throws Exception {
    Map<Long, List<CommitPart>> commits = new TreeMap<>();
    try (PartReader reader = log.partReader()) {
      for (LoggedCommit commit : log.commitsAfter(tenant, afterLsn)) {
        List<CommitPart> parts = new ArrayList<>();
        for (LogPosition part : commit.parts()) {
          parts.add(reader.read(part).part());
        }
        commits.put(commit.lsn(), parts);
      }
    }
    return commits;
  }

  /**
   * Flips bytes one after the other. Each time the opening names the file, and of each tenant it is
   * either proved that all is there, which it then is, or told what is missing.
   */
  private void assertEachFlipIsTold(String file, int from, int to) throws Exception {
    Map<String, Map<Long, List<CommitPart>>> expected = new TreeMap<>();
    for (String tenant : List.of("a", "b", "quiet")) {
      expected.put(tenant, commits(log, tenant));
    }
    for (int offset = from; offset < to; offset += offset - from < 2 * SECTOR ? 1 : 31) {
      SimulatedDisk copy = copyOf(disk);
      copy.flipByte(file, offset);
      byte[] before = copy.content(file);
      String flip = "byte %d of %s".formatted(offset, file);
      CommitLog opened = TestLogs.open(copy, new ManualWorkers());
      assertThat(opened.damage())
          .as(flip)
          .isNotEmpty()
          .allSatisfy(
              damage -> {
                assertThat(damage.file()).isEqualTo(file);
                assertThat(damage.isDescribed()).isTrue();
                assertThat(damage.description()).contains(file, "offset", "expected", "found");
              });
      assertThat(copy.content(file)).as(flip).isEqualTo(before);
      int harmed = 0;
      for (Map.Entry<String, Map<Long, List<CommitPart>>> tenant : expected.entrySet()) {
        Optional<TenantLoss> loss = opened.lossOf(tenant.getKey(), 0);
        if (loss.isEmpty()) {
          assertThat(commits(opened, tenant.getKey())).as(flip).isEqualTo(tenant.getValue());
        } else {
          harmed++;
          assertThat(loss.get().isExact()).as(flip).isTrue();
          assertThat(loss.get().firstLsn()).as(flip).isEqualTo(loss.get().lastLsn());
          assertThat(loss.get().provenLsn()).isEqualTo(loss.get().firstLsn() - 1);
          assertThat(opened.lossOf(tenant.getKey(), loss.get().lastLsn())).as(flip).isEmpty();
          assertThat(commits(opened, tenant.getKey(), loss.get().lastLsn()))
              .as(flip)
              .isEqualTo(tailOf(tenant.getValue(), loss.get().lastLsn()));
        }
      }
      // One byte is in one record at most, and never was a record of who had none there.
      assertThat(harmed).as(flip).isLessThanOrEqualTo(1);
      assertThat(opened.lossOf("quiet", 0)).as(flip).isEmpty();
    }
  }

  @Test
  void anyDamagedByteOfASealedSegmentIsTold() throws Exception {
    int end = LogFormat.lastNonZero(ByteBuffer.wrap(disk.content(segments().get(1)))) + 1;
    assertEachFlipIsTold(segments().get(1), 0, LogFormat.roundUp(end, SECTOR));
  }

  @Test
  void anyDamagedByteBeforeTheLastBatchOfTheActiveSegmentIsTold() throws Exception {
    LogPosition last = flushed(2);
    assertEachFlipIsTold(active(), 0, offsetInActive(last));
  }

  @Test
  void anyDamagedByteOfTheLastRecordsIsToldAfterACleanClose() throws Exception {
    LogPosition last = flushed(2);
    LogPosition end = log.settled();
    log.close();
    assertEachFlipIsTold(active(), offsetInActive(last), offsetInActive(end));
  }

  @Test
  void anyDamagedByteOfTheLastRecordsIsToldOnceTheLogWasReopened() throws Exception {
    LogPosition last = flushed(2);
    LogPosition end = log.settled();
    reopen();
    assertEachFlipIsTold(active(), offsetInActive(last), offsetInActive(end));
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
    reopen();
    assertThat(log.damage().getFirst().description())
        .contains("offset " + offsetInActive(damaged), "later batch");
  }

  @Test
  void anythingBehindABatchWhoseEndIsKnownProvesThatItWasSynced() throws Exception {
    LogPosition damaged = flushed(4);
    disk.flipByte(active(), offsetInActive(damaged) + 700);
    disk.poke(active(), offsetInActive(log.settled()) + 3000, new byte[] {1});
    reopen();
    assertThat(log.damage().getFirst().description()).contains("later batch");
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
    reopen();
    assertThat(log.damage().getFirst().description()).contains(sealed, "offset " + at);
    assertThat(log.lossOf("a", 0)).isPresent();
  }

  @Test
  void aSegmentThatVanishedIsMissed() throws Exception {
    disk.delete(segments().get(1));
    reopen();
    LogDamage damage = log.damage().getFirst();
    assertThat(damage.description()).contains("expected the segment that starts at", "no file");
    assertThat(damage.isDescribed()).isFalse();
    assertThat(log.lossOf("a", 0)).isPresent();
    // Nothing proves that it had no commit in what is gone.
    assertThat(log.lossOf("quiet", 0))
        .hasValueSatisfying(
            loss -> {
              assertThat(loss.isExact()).isFalse();
              assertThat(loss.provenLsn()).isEqualTo(1);
            });
    // What its file holds already need not be in the log.
    assertThat(log.lossOf("a", lsn)).isEmpty();
  }

  @Test
  void aShortenedSegmentIsTold() throws Exception {
    String cut = active();
    disk.truncate(cut, TestLogs.SMALL.segmentBytes() - 1);
    reopen();
    assertThat(log.damage())
        .isNotEmpty()
        .allSatisfy(damage -> assertThat(damage.file()).isEqualTo(cut));
    // Nothing tells what was in what is cut off.
    assertThat(log.lossOf("a", 0)).hasValueSatisfying(loss -> assertThat(loss.isExact()).isFalse());
  }

  @Test
  void aSegmentOfWhichNothingIsLeftIsTold() throws Exception {
    String cut = active();
    disk.truncate(cut, 100);
    reopen();
    assertThat(log.damage())
        .isNotEmpty()
        .allSatisfy(damage -> assertThat(damage.file()).isEqualTo(cut));
    assertThat(log.lossOf("a", 0)).isPresent();
    assertThat(log.lossOf("b", 0)).isPresent();
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
    header[8] = 3;
    ByteBuffer bytes = ByteBuffer.wrap(header);
    bytes.putInt(
        SECTOR - 4,
        LogFormat.checksum(LogFormat.SEGMENT_TAG, TestLogs.LOG_ID, bytes.slice(0, SECTOR - 4)));
    disk.poke(active(), 0, header);
    assertThatThrownBy(this::reopen)
        .isInstanceOf(UnsupportedLogVersionException.class)
        .hasMessageContaining("format version 3, known is 2");
  }

  @Test
  void aNewerRecordIsToldFromCorruption() throws Exception {
    LogPosition last = flushed(1);
    ByteBuffer batch = ByteBuffer.wrap(disk.content(active())).position(offsetInActive(last));
    int at =
        offsetInActive(last)
            + BatchHeader.decode(TestLogs.LOG_ID, last.bytes(), batch).orElseThrow().firstRecord();
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
  void aReaderNeverPassesOverDamage() throws Exception {
    LogPosition damaged = flushed(2);
    flushed(2);
    String file = active();
    disk.flipByte(file, offsetInActive(damaged) + 200);
    reopen();
    assertThat(log.damage()).hasSize(1);
    try (LogReader reader = log.reader(log.oldest())) {
      assertThatThrownBy(
              () -> {
                while (reader.next().isPresent()) {}
              })
          .isInstanceOf(CorruptLogException.class)
          .hasMessageContaining(file);
    }
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
