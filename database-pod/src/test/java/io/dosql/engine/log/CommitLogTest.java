package io.dosql.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What tenants may rely on, with the flusher in the test's hands. */
@ExtendWith(QuietLog.class)
class CommitLogTest {

  private final SimulatedDisk disk = new SimulatedDisk(new Random(1));
  private final AtomicLong now = new AtomicLong(5_000);
  private final List<Throwable> fatal = new ArrayList<>();
  private ManualWorkers workers = new ManualWorkers();
  private CommitLog log;

  CommitLogTest() throws IOException {
    log = open();
  }

  @BeforeEach
  void isNew() {
    assertThat(log.recovery().isNew()).isTrue();
  }

  private CommitLog open() throws IOException {
    workers = new ManualWorkers();
    return new LogOpener(
            TestLogs.SMALL,
            disk,
            fatal::add,
            () -> Instant.ofEpochMilli(now.get()),
            () -> TestLogs.LOG_ID,
            workers)
        .open();
  }

  private LogPosition flushed(CommitPart part) throws Exception {
    LogPosition end = log.append(part);
    workers.flush();
    return end;
  }

  private List<LoggedPart> readAll(LogPosition from) throws IOException {
    List<LoggedPart> parts = new ArrayList<>();
    try (LogReader reader = log.reader(from)) {
      Optional<LoggedPart> next = reader.next();
      while (next.isPresent()) {
        parts.add(next.get());
        next = reader.next();
      }
    }
    return parts;
  }

  /** Appends commits of a tenant until another segment is begun; returns the last LSN. */
  private long fillSegment(String tenant, long firstLsn) throws Exception {
    int segments = log.statistics().segments();
    long lsn = firstLsn;
    while (log.statistics().segments() == segments) {
      flushed(CommitParts.commit(tenant, lsn++, 30));
    }
    return lsn - 1;
  }

  @Test
  void appendingIsNotYetSettled() throws Exception {
    LogPosition before = log.settled();
    LogPosition end = log.append(CommitParts.commit("a", 1));
    assertThat(end).isGreaterThan(before);
    assertThat(log.settled()).isEqualTo(before);
    assertThatThrownBy(() -> log.awaitSettled(end, Duration.ofMillis(1)))
        .isInstanceOf(TimeoutException.class);
    workers.flush();
    assertThat(log.settled()).isGreaterThanOrEqualTo(end);
    log.awaitSettled(end, Duration.ZERO);
  }

  @Test
  void aPositionIsKnownWhileItsBatchIsBeingWritten() throws Exception {
    LogPosition end = log.append(CommitParts.commit("a", 1, 20));
    List<Throwable> outcomes = new ArrayList<>();
    List<LogPosition> appended = new ArrayList<>();
    disk.onWrite(
        () -> {
          outcomes.add(catchThrowable(() -> log.awaitSettled(end, Duration.ZERO)));
          appended.add(log.statistics().appended());
        });
    workers.flush();
    assertThat(outcomes).hasSize(1).first().isInstanceOf(TimeoutException.class);
    assertThat(appended.getFirst()).isGreaterThanOrEqualTo(end);
  }

  @Test
  void aPositionThatWasNeverAppendedIsNotAwaited() throws Exception {
    LogPosition end = log.append(CommitParts.commit("a", 1));
    LogPosition beyond = new LogPosition(end.bytes() + 1);
    assertThatThrownBy(() -> log.awaitSettled(beyond, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void positionsSayWhereAPartEndsAndTheNextBegins() throws Exception {
    LogPosition first = log.append(CommitParts.commit("a", 1));
    LogPosition second = log.append(CommitParts.commit("b", 1));
    workers.flush();
    List<LoggedPart> parts = readAll(LogPosition.START);
    assertThat(parts).extracting(LoggedPart::end).containsExactly(first, second);
    assertThat(parts.get(1).position()).isEqualTo(first);
    assertThat(log.settled().bytes() % LogFormat.SECTOR_BYTES).isZero();
    LogPosition third = flushed(CommitParts.commit("a", 2));
    BatchDirectory directory = new BatchDirectory();
    directory.add("a", 1);
    directory.add("b", 1);
    assertThat(readAll(second).getFirst().position().bytes())
        .isEqualTo(
            LogFormat.roundUp((int) second.bytes(), LogFormat.SECTOR_BYTES)
                + BatchHeader.BYTES
                + directory.encodedBytes())
        .isLessThan(third.bytes());
  }

  @Test
  void aReaderGoesOnWhereItEnded() throws Exception {
    try (LogReader reader = log.reader(log.settled())) {
      assertThat(reader.next()).isEmpty();
      log.append(CommitParts.commit("a", 1));
      assertThat(reader.next()).as("not settled").isEmpty();
      workers.flush();
      assertThat(reader.next()).map(LoggedPart::part).hasValue(CommitParts.commit("a", 1));
      assertThat(reader.next()).isEmpty();
      long last = fillSegment("a", 2);
      for (long lsn = 2; lsn <= last; lsn++) {
        assertThat(reader.next().orElseThrow().part().lsn()).isEqualTo(lsn);
      }
      assertThat(reader.next()).isEmpty();
    }
  }

  @Test
  void settledListenersHearEachFlushInOrderAndTheirFailuresDoNotMatter() throws Exception {
    List<LogPosition> heard = new ArrayList<>();
    log.onSettled(
        position -> {
          throw new IllegalStateException("expected in this test");
        });
    log.onSettled(heard::add);
    log.append(CommitParts.commit("a", 1));
    log.append(CommitParts.commit("b", 1));
    workers.flush();
    flushed(CommitParts.commit("a", 2));
    workers.flush();
    assertThat(heard).hasSize(2).isSorted().last().isEqualTo(log.settled());
  }

  @Test
  void statisticsCountWhatWasFlushed() throws Exception {
    List<Integer> batches = new ArrayList<>();
    log.onFlush((records, bytes, nanos) -> batches.add(records));
    log.append(CommitParts.commit("a", 1));
    log.append(CommitParts.commit("b", 1));
    workers.flush();
    LogPosition end = log.append(CommitParts.commit("a", 2));
    LogStatistics statistics = log.statistics();
    assertThat(statistics.flushes()).isEqualTo(1);
    assertThat(statistics.flushedRecords()).isEqualTo(2);
    assertThat(statistics.flushedBytes()).isEqualTo(512);
    assertThat(statistics.appended()).isEqualTo(end);
    assertThat(statistics.settled()).isEqualTo(log.settled());
    assertThat(statistics.indexedParts()).isEqualTo(3);
    assertThat(statistics.segments()).isEqualTo(1);
    assertThat(statistics.sizeBytes()).isEqualTo(TestLogs.SMALL.segmentBytes());
    assertThat(statistics.totalFlushNanos()).isGreaterThanOrEqualTo(statistics.lastFlushNanos());
    assertThat(batches).containsExactly(2);
  }

  @Test
  void partsOfOneCommitAreFoundTogetherThoughOthersLieBetween() throws Exception {
    CommitPart first = CommitParts.part("a", 1, true, false, List.of(CommitParts.page(1, 1)));
    CommitPart last = CommitParts.part("a", 1, false, true, List.of(CommitParts.page(2, 2)));
    log.append(first);
    log.append(CommitParts.commit("b", 1));
    workers.flush();
    assertThat(log.commitsAfter("a", 0)).isEmpty();
    log.append(last);
    workers.flush();
    LoggedCommit commit = log.commitsAfter("a", 0).getFirst();
    try (PartReader reader = log.partReader()) {
      assertThat(reader.read(commit.parts().getFirst()).part()).isEqualTo(first);
      assertThat(reader.read(commit.parts().getFirst()).index()).isZero();
      assertThat(reader.read(commit.parts().getLast()).part()).isEqualTo(last);
      assertThat(reader.read(commit.parts().getLast()).index()).isEqualTo(1);
    }
  }

  @Test
  void partsOutOfOrderAreRefusedAndLeaveNothing() throws Exception {
    CommitPart further = CommitParts.part("a", 1, false, true, List.of());
    assertThatThrownBy(() -> log.append(further)).isInstanceOf(IllegalStateException.class);
    log.append(CommitParts.commit("a", 1));
    assertThatThrownBy(() -> log.append(CommitParts.commit("a", 3)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Tenant a: the first part of LSN 3 does not follow");
    assertThatThrownBy(() -> log.append(further)).isInstanceOf(IllegalStateException.class);
    workers.flush();
    assertThat(readAll(LogPosition.START)).hasSize(1);
  }

  @Test
  void aPartLargerThanTheLimitsIsRefusedWithTheLimitsName() {
    assertThatThrownBy(() -> log.append(CommitParts.commit("a", 1, 129)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxPartPageBytes")
        .hasMessageContaining("65536");
  }

  @Test
  void commitsAfterARedoPointAreWhatRedoNeeds() throws Exception {
    for (long lsn = 5; lsn <= 8; lsn++) {
      flushed(CommitParts.commit("a", lsn));
    }
    assertThat(log.commitsAfter("a", 6)).extracting(LoggedCommit::lsn).containsExactly(7L, 8L);
    assertThat(log.commitsAfter("a", 8)).isEmpty();
    assertThat(log.commitsAfter("a", 100)).isEmpty();
    assertThat(log.commitsAfter("nobody", 0)).isEmpty();
    assertThatThrownBy(() -> log.commitsAfter("a", 3))
        .isInstanceOf(MissingCommitException.class)
        .hasMessageContaining("tenant a: expected LSN 4, found LSN 5");
  }

  @Test
  void theIndexIsTheSameAfterARestart() throws Exception {
    flushed(CommitParts.commit("a", 1));
    log.append(CommitParts.part("a", 2, true, false, List.of()));
    log.append(CommitParts.commit("b", 7));
    log.append(CommitParts.part("a", 2, false, true, List.of()));
    workers.flush();
    List<LoggedCommit> ofA = log.commitsAfter("a", 0);
    List<LoggedCommit> ofB = log.commitsAfter("b", 6);
    log = open();
    assertThat(log.tenants()).containsExactly("a", "b");
    assertThat(log.commitsAfter("a", 0)).isEqualTo(ofA).hasSize(2);
    assertThat(log.commitsAfter("b", 6)).isEqualTo(ofB).hasSize(1);
    assertThat(log.recovery().records()).isEqualTo(4);
    assertThat(log.recovery().isNew()).isFalse();
  }

  @Test
  void aCommitCutShortByACrashIsNotContinuedButBegunAgain() throws Exception {
    flushed(CommitParts.commit("a", 1));
    flushed(CommitParts.part("a", 2, true, false, List.of(CommitParts.page(1, 1))));
    log = open();
    assertThat(log.lastLsn("a")).hasValue(1);
    CommitPart rest = CommitParts.part("a", 2, false, true, List.of());
    assertThatThrownBy(() -> log.append(rest)).isInstanceOf(IllegalStateException.class);
    CommitPart again = CommitParts.part("a", 2, true, true, List.of(CommitParts.page(9, 9)));
    flushed(again);
    log = open();
    LoggedCommit found = log.commitsAfter("a", 1).getFirst();
    try (PartReader reader = log.partReader()) {
      assertThat(reader.read(found.parts().getFirst()).part()).isEqualTo(again);
    }
    assertThat(found.parts()).hasSize(1);
  }

  @Test
  void segmentsStayUntilEveryTenantHasCheckpointed() throws Exception {
    flushed(CommitParts.commit("sleeper", 1));
    long last = fillSegment("busy", 1);
    last = fillSegment("busy", last + 1);
    log.checkpointed("busy", last);
    workers.keepHouse();
    assertThat(log.statistics().segments()).isEqualTo(3);
    LogHold oldest = log.oldestHolder().orElseThrow();
    assertThat(oldest.isTenant()).isTrue();
    assertThat(oldest.tenant()).isEqualTo("sleeper");
    log.checkpointed("sleeper", 1);
    workers.keepHouse();
    assertThat(log.statistics().segments()).isEqualTo(1);
    assertThat(log.sizeBytes()).isEqualTo(TestLogs.SMALL.segmentBytes());
    assertThat(log.oldestHolder()).isEmpty();
    assertThat(log.statistics().indexedParts()).isZero();
    assertThat(disk.list()).filteredOn(name -> name.endsWith(".log")).hasSize(1);
  }

  @Test
  void theRestartedLogHoldsEverythingUntilTheRedoPointsAreKnown() throws Exception {
    flushed(CommitParts.commit("sleeper", 1));
    fillSegment("busy", 1);
    log = open();
    workers.keepHouse();
    assertThat(log.statistics().segments()).isEqualTo(2);
    assertThat(log.commitsAfter("sleeper", 0)).hasSize(1);
    log.checkpointed("sleeper", 1);
    workers.keepHouse();
    assertThat(log.statistics().segments()).as("busy still holds").isEqualTo(2);
    log.checkpointed("busy", Long.MAX_VALUE);
    workers.keepHouse();
    assertThat(log.statistics().segments()).isEqualTo(1);
  }

  @Test
  void aNamedHolderKeepsSegmentsAndItsReleaseFreesThem() throws Exception {
    log.retain("archive", log.oldest());
    long last = fillSegment("a", 1);
    LogPosition inSecond = log.settled();
    last = fillSegment("a", last + 1);
    log.checkpointed("a", last);
    workers.keepHouse();
    assertThat(log.statistics().segments()).isEqualTo(3);
    log.retain("archive", inSecond);
    workers.keepHouse();
    assertThat(log.statistics().segments()).isEqualTo(2);
    assertThatThrownBy(() -> log.retain("late", LogPosition.START))
        .isInstanceOf(PositionReleasedException.class);
    assertThatThrownBy(() -> log.reader(LogPosition.START).close())
        .isInstanceOf(PositionReleasedException.class);
    assertThat(log.oldestHolder()).map(LogHold::holder).hasValue("archive");
    log.release("archive");
    log.release("nobody");
    workers.keepHouse();
    assertThat(log.statistics().segments()).isEqualTo(1);
  }

  @Test
  void namesThatTheLogGivesItselfAreNotTaken() {
    assertThatThrownBy(() -> log.retain(LogHold.ofTenant("a"), log.oldest()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> log.retain("reader/1", log.oldest()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aReaderHoldsWhatItHasNotRead() throws Exception {
    long last = fillSegment("a", 1);
    last = fillSegment("a", last + 1);
    try (LogReader reader = log.reader(LogPosition.START)) {
      log.checkpointed("a", last);
      workers.keepHouse();
      assertThat(log.statistics().segments()).isEqualTo(3);
      for (long lsn = 1; lsn <= last; lsn++) {
        assertThat(reader.next().orElseThrow().part().lsn()).isEqualTo(lsn);
        workers.keepHouse();
      }
      assertThat(log.statistics().segments()).isEqualTo(1);
    }
    assertThat(log.oldestHolder()).isEmpty();
  }

  @Test
  void aPartReaderIsToldWhenItsSegmentIsGone() throws Exception {
    flushed(CommitParts.commit("a", 1));
    LogPosition position = log.commitsAfter("a", 0).getFirst().parts().getFirst();
    long last = fillSegment("a", 2);
    log.checkpointed("a", last);
    workers.keepHouse();
    try (PartReader reader = log.partReader()) {
      assertThatThrownBy(() -> reader.read(position)).isInstanceOf(PositionReleasedException.class);
    }
  }

  @Test
  void aDeletionThatFailsIsTriedAgain() throws Exception {
    long last = fillSegment("a", 1);
    log.checkpointed("a", last);
    SimulatedDisk.Faults faults = new SimulatedDisk.Faults();
    faults.deleteErrors = 1;
    disk.setFaults(faults);
    workers.keepHouse();
    assertThat(log.statistics().segments()).as("its space is not free yet").isEqualTo(2);
    disk.setFaults(new SimulatedDisk.Faults());
    workers.keepHouse();
    assertThat(log.statistics().segments()).isEqualTo(1);
    assertThat(fatal).isEmpty();
  }

  @Test
  void timeNeverGoesBackEvenWhenNoRecordIsLeft() throws Exception {
    long last = fillSegment("a", 1);
    log.checkpointed("a", last);
    workers.keepHouse();
    // As after a crash that lost the segment's first batch: only its header knows the time.
    String active = Segment.fileName(log.oldest().bytes());
    int restBytes = TestLogs.SMALL.segmentBytes() - SegmentHeader.BYTES;
    disk.poke(active, SegmentHeader.BYTES, new byte[restBytes]);
    now.set(100);
    log = open();
    flushed(CommitParts.commit("b", 1));
    assertThat(readAll(log.oldest()).getFirst().time()).isEqualTo(Instant.ofEpochMilli(5_000));
    now.set(9_000);
    flushed(CommitParts.commit("b", 2));
    assertThat(readAll(log.oldest()).getLast().time()).isEqualTo(Instant.ofEpochMilli(9_000));
  }

  @Test
  void aFullBufferRefusesAfterTheTimeoutAndNamesTheLimits() throws Exception {
    long lsn = 1;
    while (true) {
      try {
        log.append(CommitParts.commit("a", lsn, 100));
        lsn++;
      } catch (LogBusyException e) {
        assertThat(e).hasMessageContaining("maxBufferedBytes = 262144");
        assertThat(e).hasMessageContaining("appendTimeout");
        break;
      }
    }
    workers.flush();
    flushed(CommitParts.commit("a", lsn, 100));
    assertThat(log.commitsAfter("a", 0)).hasSize((int) lsn);
  }

  @Test
  void afterAFailedSyncNothingIsAcknowledgedOrTriedAgain() throws Exception {
    assertFailsForGood(faults -> faults.syncErrors = 1);
  }

  @Test
  void afterAFailedWriteNothingIsAcknowledgedOrTriedAgain() throws Exception {
    assertFailsForGood(faults -> faults.writeErrors = 1);
  }

  private void assertFailsForGood(Consumer<SimulatedDisk.Faults> fault) throws Exception {
    LogPosition durable = flushed(CommitParts.commit("a", 1));
    LogPosition settled = log.settled();
    SimulatedDisk.Faults faults = new SimulatedDisk.Faults();
    fault.accept(faults);
    LogPosition lost = log.append(CommitParts.commit("a", 2));
    disk.setFaults(faults);
    workers.flush();
    disk.setFaults(new SimulatedDisk.Faults());
    workers.flush();
    assertThat(fatal).hasSize(1).first().isInstanceOf(IOException.class);
    assertThat(log.settled()).isEqualTo(settled);
    assertThatThrownBy(() -> log.awaitSettled(lost, Duration.ofDays(1)))
        .isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> log.awaitSettled(durable, Duration.ofDays(1)))
        .isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> log.append(CommitParts.commit("a", 3)))
        .isInstanceOf(LogFailedException.class);
    assertThatThrownBy(log::close).isInstanceOf(LogFailedException.class);
  }

  @Test
  void noSpaceForTheNextSegmentMattersOnlyWhenItIsNeeded_andThenTheLogWaits() throws Exception {
    SimulatedDisk.Faults faults = new SimulatedDisk.Faults();
    faults.createErrors = 1;
    flushed(CommitParts.commit("a", 1, 60));
    flushed(CommitParts.commit("a", 2, 60));
    disk.setFaults(faults);
    workers.keepHouse();
    assertThat(fatal).as("preparing ahead of need failed").isEmpty();
    flushed(CommitParts.commit("a", 3, 1));
    assertThat(fatal).isEmpty();
    LogPosition last = log.settled();
    for (long lsn = 4; !log.waitsForSpace(); lsn++) {
      last = flushed(CommitParts.commit("a", lsn, 60));
    }
    assertThat(fatal).isEmpty();
    assertThat(log.settled()).isLessThan(last);
    disk.setFaults(new SimulatedDisk.Faults());
    workers.flush();
    assertThat(log.settled()).isGreaterThanOrEqualTo(last);
  }

  @Test
  void theNextSegmentIsPreparedAheadOfNeedAndThenUsed() throws Exception {
    flushed(CommitParts.commit("a", 1, 100));
    workers.keepHouse();
    assertThat(disk.list()).contains(SegmentMaker.PREPARED_NAME);
    fillSegment("a", 2);
    assertThat(disk.list()).doesNotContain(SegmentMaker.PREPARED_NAME);
    log.close();
    assertThat(disk.openFiles()).isZero();
  }

  @Test
  void closingFlushesAndMayBeRepeated() throws Exception {
    LogPosition end = log.append(CommitParts.commit("a", 1));
    log.close();
    log.close();
    assertThat(log.settled()).isGreaterThanOrEqualTo(end);
    assertThatThrownBy(() -> log.append(CommitParts.commit("a", 2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThat(disk.openFiles()).isZero();
    log = open();
    assertThat(log.commitsAfter("a", 0)).hasSize(1);
  }

  @Test
  void openingAndClosingAgainAndAgainDoesNotGrowTheLog() throws Exception {
    flushed(CommitParts.commit("a", 1));
    log.close();
    LogPosition end = log.settled();
    for (int i = 0; i < 20; i++) {
      log = open();
      log.close();
    }
    assertThat(log.settled()).isEqualTo(end);
  }

  @Test
  void batchesThatFillASegmentToItsLastSectorAreReadBack() throws Exception {
    // Parts of growing sizes meet the end of a segment in every way.
    long lsn = 1;
    for (int pages = 1; pages < 128; pages++) {
      flushed(CommitParts.commit("a", lsn++, pages));
    }
    LogPosition settled = log.settled();
    log = open();
    assertThat(log.settled()).isGreaterThanOrEqualTo(settled);
    assertThat(log.commitsAfter("a", 0)).hasSize((int) lsn - 1);
    assertThat(readAll(LogPosition.START)).hasSize((int) lsn - 1);
  }
}
