package io.dosql.engine.archiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.archive.ArchiveLine;
import io.dosql.engine.archive.ArchiveLines;
import io.dosql.engine.archive.log.LogObjectHeader;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.FaultyObjectStore;
import io.dosql.engine.archive.store.FaultyObjectStore.Fault;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LoggedPart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ArchiverTest {

  @TempDir Path folder;
  private final TestClock clock = new TestClock();
  private Path storeFolder;
  private FaultyObjectStore store;
  private long processes;

  @BeforeEach
  void openStore() throws IOException {
    storeFolder = Files.createDirectories(folder.resolve("store"));
    store = new FaultyObjectStore(new DirectoryObjectStore(storeFolder));
  }

  private void heal() {
    FaultyObjectStore.Faults _ = store.repair();
  }

  private ArchivedProcess start(String name) throws IOException {
    return ArchivedProcess.start(folder.resolve(name), store, clock, ++processes);
  }

  private ArchivedProcess start(String name, ArchiverLimits limits, MaxLagPolicy policy)
      throws IOException {
    return ArchivedProcess.start(folder.resolve(name), store, clock, limits, policy, ++processes);
  }

  private static List<LoggedPart> all(ArchivedProcess process) throws IOException {
    return process.settledParts(LogPosition.START);
  }

  private ArchivedLine line(ArchivedProcess process) throws IOException {
    return ArchivedLine.read(store, process.line());
  }

  private void assertArchived(ArchivedProcess process) throws IOException {
    ArchivedLine line = line(process);
    assertThat(line.gaps()).isEmpty();
    assertThat(line.parts()).isEqualTo(all(process));
    assertThat(process.archiver.archivedTo()).isEqualTo(process.log().settled());
  }

  @Test
  void everySettledPartOfAllTenantsIsArchivedInOrder() throws Exception {
    ArchivedProcess pod = start("pod");
    for (int i = 0; i < 20; i++) {
      long _ = pod.commit("a", 1);
      pod.commitAndSettle("b", i % 3);
    }
    pod.archiveAll();
    assertArchived(pod);
    ArchiveStatus status = pod.archiver.status();
    assertThat(status.state()).isEqualTo(ArchiveState.OK);
    assertThat(status.lag()).isZero();
    assertThat(status.lagBytes()).isZero();
    assertThat(status.failure()).isEmpty();
    assertThat(status.newLine()).isEmpty();
    assertThat(status.archivedTime()).contains(all(pod).getLast().time());
  }

  @Test
  void whatIsNotDurableIsNotArchived() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    long _ = pod.commit("a", 1);
    for (int i = 0; i < 10; i++) {
      Duration _ = pod.tick();
    }
    assertThat(line(pod).parts()).hasSize(1);
  }

  @Test
  void whileNothingChangesNothingIsWritten() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    int calls = store.calls();
    for (int i = 0; i < 100; i++) {
      assertThat(pod.tick()).isGreaterThan(Duration.ZERO);
    }
    assertThat(store.calls()).isEqualTo(calls);
  }

  @Test
  void thereIsOneObjectAnIntervalHoweverManyTenantsWrite() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.archiveAll();
    int puts = store.puts();
    long begun = clock.nanoTime();
    int settled = 0;
    while (clock.nanoTime() - begun < Duration.ofSeconds(30).toNanos()) {
      for (int tenant = 0; tenant < 10; tenant++) {
        long _ = pod.commit("t" + tenant, 0);
      }
      pod.settle();
      settled++;
      Duration _ = pod.tick();
    }
    assertThat(settled).isGreaterThanOrEqualTo(30);
    assertThat(store.puts() - puts).isBetween(29, 31);
  }

  @Test
  void aBacklogBecomesSeveralObjectsAtOnce() throws Exception {
    ArchivedProcess pod = start("pod");
    for (int i = 0; i < 40; i++) {
      pod.commitAndSettle("a", 20);
    }
    long begun = clock.nanoTime();
    pod.archiveAll();
    assertArchived(pod);
    List<LogObjectHeader> headers = line(pod).headers();
    assertThat(headers).hasSizeGreaterThan(5);
    assertThat(headers)
        .allSatisfy(header -> assertThat(header.sizeBytes()).isLessThan((64 << 10) + (70 << 10)));
    assertThat(clock.nanoTime() - begun).isLessThan(Duration.ofSeconds(2).toNanos());
  }

  @Test
  void aCommitMayReachOverSeveralObjects() throws Exception {
    ArchivedProcess pod = start("pod");
    long _ = pod.commitInParts("big", 9, 40);
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    assertArchived(pod);
    assertThat(line(pod).headers()).hasSizeGreaterThan(2);
  }

  @ParameterizedTest
  @EnumSource(
      value = ErrorCode.class,
      names = {
        "STORAGE_UNAVAILABLE",
        "STORAGE_TIMEOUT",
        "STORAGE_RATE_LIMITED",
        "STORAGE_PERMISSION_DENIED",
        "STORAGE_BUCKET_NOT_FOUND"
      })
  void whileTheStoreFailsItIsSaidWhyAndThenItCatchesUp(ErrorCode code) throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    store.refuseAll(code);
    Duration longest = Duration.ZERO;
    for (int i = 0; i < 30; i++) {
      pod.commitAndSettle("a", 1);
      Duration pause = pod.tick();
      longest = pause.compareTo(longest) > 0 ? pause : longest;
    }
    ArchiveStatus status = pod.archiver.status();
    assertThat(status.state()).isEqualTo(ArchiveState.STALLED);
    assertThat(status.failure().orElseThrow().code()).isEqualTo(code);
    assertThat(status.failures().get(code)).isGreaterThan(20);
    assertThat(status.lag()).isGreaterThan(Duration.ofSeconds(60));
    assertThat(status.lagBytes()).isPositive();
    assertThat(longest).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
    assertThat(pod.writes.isStopped()).isFalse();
    heal();
    pod.archiveAll();
    assertArchived(pod);
    assertThat(pod.archiver.status().state()).isEqualTo(ArchiveState.OK);
    assertThat(pod.archiver.status().lag()).isZero();
  }

  @Test
  void aStoreThatTakesNoWritesIsToldAsFailing() throws Exception {
    ArchivedProcess pod = start("pod");
    store.refuseWrites(ErrorCode.STORAGE_PERMISSION_DENIED);
    Duration _ = pod.tick();
    assertThat(pod.archiver.status().state()).isEqualTo(ArchiveState.FAILING);
    heal();
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    assertArchived(pod);
  }

  @Test
  void anIdlePodIsNeverStalledNorLagging() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    clock.advance(Duration.ofHours(5));
    assertThat(pod.archiver.status().state()).isEqualTo(ArchiveState.OK);
    pod.commitAndSettle("a", 1);
    assertThat(pod.archiver.status().state()).isEqualTo(ArchiveState.OK);
    assertThat(pod.archiver.status().lag()).isZero();
  }

  @Test
  void anAnswerThatWasLostIsNotAnotherWriter() throws Exception {
    ArchivedProcess pod = start("pod");
    for (int i = 0; i < 10; i++) {
      pod.commitAndSettle("a", 1);
      boolean[] lost = {false};
      store.setFaults(
          (call, key) -> {
            boolean loses = call.equals("put") && !lost[0];
            lost[0] |= loses;
            return loses ? Fault.ANSWER_LOST : Fault.NONE;
          });
      pod.archiveAll();
    }
    assertArchived(pod);
    assertThat(pod.archiver.status().state()).isEqualTo(ArchiveState.OK);
  }

  @Test
  void aProcessThatEndsInAnyCallLeavesNothingOutAndNothingTwice() throws Exception {
    ArchivedProcess pod = start("pod");
    for (Fault end : List.of(Fault.DIED_BEFORE, Fault.DIED_AFTER)) {
      boolean survived = false;
      for (int at = 0; !survived; at++) {
        assertThat(at).isLessThan(50);
        int[] left = {at};
        store.setFaults((call, key) -> left[0]-- == 0 ? end : Fault.NONE);
        pod = start("pod");
        pod.commitAndSettle("a", 2);
        pod.commitAndSettle("b", 1);
        survived = archivesWithoutDying(pod);
        heal();
        line(pod).checkPrefixOf(all(pod));
      }
    }
    pod.archiveAll();
    assertArchived(pod);
  }

  private static boolean archivesWithoutDying(ArchivedProcess pod) {
    for (int i = 0; i < 100 && !pod.archiver.isCaughtUp(); i++) {
      Duration _ = pod.tick();
      // A step catches all; a process that died does no more.
      if (pod.archiver.status().failures().containsKey(ErrorCode.INTERNAL)) {
        return false;
      }
    }
    return true;
  }

  @Test
  void aRestartGoesOnInTheSameLineWithAHigherEpoch() throws Exception {
    ArchivedProcess first = start("pod");
    first.commitAndSettle("a", 1);
    first.archiveAll();
    ArchivedProcess second = start("pod");
    second.commitAndSettle("a", 1);
    second.archiveAll();
    assertThat(second.line()).isEqualTo("first");
    assertThat(second.archiver.status().epoch()).isEqualTo(2);
    assertThat(second.archiver.status().newLine()).isEmpty();
    assertArchived(second);
  }

  @Test
  void aRestartKnowsTheNewestArchivedTimeAndTheAgeOfWhatIsNotArchived() throws Exception {
    ArchivedProcess first = start("pod");
    first.commitAndSettle("a", 1);
    first.archiveAll();
    store.refuseAll(ErrorCode.STORAGE_UNAVAILABLE);
    first.commitAndSettle("a", 1);
    clock.advance(Duration.ofMinutes(10));
    ArchivedProcess second = start("pod");
    heal();
    store.refuseWrites(ErrorCode.STORAGE_UNAVAILABLE);
    Duration _ = second.tick();
    heal();
    assertThat(second.tick()).isZero();
    store.refuseWrites(ErrorCode.STORAGE_UNAVAILABLE);
    Duration _ = second.tick();
    assertThat(second.archiver.status().lag()).isGreaterThan(Duration.ofMinutes(9));
  }

  @Test
  void aDirectorySetBackToAnEarlierMomentBeginsANewLineAndSaysSo() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    DrivenArchiver.copy(pod.folder(), folder.resolve("old"));
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    ArchivedProcess old = start("old");
    old.archiveAll();
    assertThat(old.line()).isNotEqualTo("first");
    ArchiveLine begun = old.archiver.status().newLine().orElseThrow();
    assertThat(begun.reason()).isEqualTo(ArchiveLine.Reason.ArchiveAhead);
    assertThat(begun.previousLine()).isEqualTo("first");
    assertThat(new ArchiveLines(store, DrivenArchiver.LAYOUT).find(old.line())).contains(begun);
    old.commitAndSettle("a", 1);
    old.archiveAll();
    assertArchived(old);
    ArchivedProcess again = start("old");
    again.commitAndSettle("a", 1);
    again.archiveAll();
    assertThat(again.line()).isEqualTo(old.line());
    assertThat(again.archiver.status().newLine()).contains(begun);
    assertArchived(again);
    assertThat(ArchivedLine.read(store, "first").parts()).hasSize(2);
  }

  @Test
  void aDirectorySetBackToBeforeItsLineHadASuccessorBeginsAnotherThoughTheyAgree()
      throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    DrivenArchiver.copy(pod.folder(), folder.resolve("old"));
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    clock.jump(Duration.ofHours(5));
    ArchivedProcess successor = start("old");
    successor.archiveAll();
    clock.jump(Duration.ofHours(-5));
    ArchivedProcess back = start("pod");
    back.archiveAll();
    ArchiveLine begun = back.archiver.status().newLine().orElseThrow();
    assertThat(begun.reason()).isEqualTo(ArchiveLine.Reason.ArchiveAhead);
    assertThat(begun.previousLine()).isEqualTo("first");
    assertThat(begun.begunAt()).isAfter(successor.archiver.status().begunAt().orElseThrow());
    assertThat(ArchivedLine.read(store, "first").parts()).hasSize(2);
  }

  @Test
  void anOldCopyOfADirectoryWhoseLineIsRetiredBeginsANewLine() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    ArchiveLines lines = new ArchiveLines(store, DrivenArchiver.LAYOUT);
    lines.retire("first", Instant.parse("2026-02-01T00:00:00Z"));
    // A snapshot that a backup needs would seem to be of the copy's own LSNs.
    new LogObjects(store, DrivenArchiver.LAYOUT, "first").delete(List.of(1L, 2L));
    ArchivedProcess copy = start("pod");
    copy.archiveAll();
    assertThat(copy.line()).isNotEqualTo("first");
    ArchiveLine begun = copy.archiver.status().newLine().orElseThrow();
    assertThat(begun.reason()).isEqualTo(ArchiveLine.Reason.LogReleased);
    assertThat(begun.previousLine()).isEqualTo("first");
    copy.commitAndSettle("a", 1);
    copy.archiveAll();
    assertArchived(copy);
    assertThat(ArchivedLine.read(store, "first").parts()).isEmpty();
  }

  @Test
  void aCopyThatWentItsOwnWayBeginsANewLine() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    DrivenArchiver.copy(pod.folder(), folder.resolve("copy"));
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    ArchivedProcess copy = start("copy");
    for (int i = 0; i < 5; i++) {
      copy.commitAndSettle("b", 3);
    }
    copy.archiveAll();
    assertThat(copy.archiver.status().newLine().orElseThrow().reason())
        .isEqualTo(ArchiveLine.Reason.Diverged);
    assertArchived(copy);
    assertThat(ArchivedLine.read(store, "first").parts()).isEqualTo(all(pod));
  }

  @Test
  void aDamagedNewestObjectIsNotTheEnd() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    try (Stream<Path> files = Files.walk(storeFolder)) {
      Path newest =
          files.filter(file -> file.toString().endsWith(".dlo")).sorted().toList().getLast();
      byte[] bytes = Files.readAllBytes(newest);
      bytes[bytes.length / 2] ^= 1;
      Files.write(newest, bytes);
    }
    ArchivedProcess next = start("pod");
    next.commitAndSettle("a", 1);
    next.archiveAll();
    assertThat(next.archiver.status().newLine().orElseThrow().reason())
        .isEqualTo(ArchiveLine.Reason.ArchiveDamaged);
    assertArchived(next);
  }

  @Test
  void aDamagedDocumentOfTheLineIsNotTheEnd() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    Files.writeString(storeFolder.resolve("shop/orders/lines/first/line.json"), "{");
    ArchivedProcess next = start("pod");
    next.commitAndSettle("a", 1);
    next.archiveAll();
    assertThat(next.line()).isEqualTo("first");
    assertArchived(next);
  }

  @Test
  void twoEnginesOnOneLineFenceTheFirstAndLoseNothing() throws Exception {
    ArchivedProcess first = start("pod");
    first.commitAndSettle("a", 1);
    first.archiveAll();
    DrivenArchiver.copy(first.folder(), folder.resolve("copy"));
    ArchivedProcess second = start("copy");
    second.archiveAll();
    first.commitAndSettle("a", 1);
    for (int i = 0; i < 3; i++) {
      Duration _ = first.tick();
    }
    ArchiveStatus status = first.archiver.status();
    assertThat(status.state()).isEqualTo(ArchiveState.FENCED);
    assertThat(status.failure().orElseThrow().code()).isEqualTo(ErrorCode.ARCHIVE_FENCED);
    assertThatThrownBy(first.writes::check)
        .isInstanceOfSatisfying(
            DosqlException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ARCHIVE_FENCED));
    second.commitAndSettle("b", 1);
    second.archiveAll();
    assertArchived(second);
    assertThat(second.line()).isEqualTo("first");
    ArchivedProcess restarted = start("pod");
    restarted.archiveAll();
    assertThat(restarted.archiver.status().newLine().orElseThrow().reason())
        .isIn(ArchiveLine.Reason.Diverged, ArchiveLine.Reason.ArchiveAhead);
    assertThat(restarted.writes.isStopped()).isFalse();
    assertArchived(restarted);
    assertArchived(second);
  }

  @Test
  void aStaleWriterThatSlipsInBeforeTheClaimIsNotedAndNotMixedIn() throws Exception {
    ArchivedProcess first = start("pod");
    first.commitAndSettle("a", 1);
    first.archiveAll();
    DrivenArchiver.copy(first.folder(), folder.resolve("copy"));
    ArchivedProcess second = start("copy");
    boolean[] once = {false};
    store.setFaults(
        (call, key) -> {
          if (call.equals("put") && key.contains("/log/") && !once[0]) {
            once[0] = true;
            first.commitAndSettle("a", 3);
            Duration _ = first.tick();
          }
          return Fault.NONE;
        });
    Duration _ = second.tick();
    assertThat(second.archiver.status().failure().orElseThrow().code())
        .isEqualTo(ErrorCode.STORAGE_CONFLICT);
    second.commitAndSettle("b", 1);
    second.archiveAll();
    assertThat(second.line()).isNotEqualTo("first");
    assertArchived(second);
    first.archiveAll();
    assertArchived(first);
  }

  /** An engine on a copy goes on in the pod's line with a commit that the pod does not have. */
  private ArchivedProcess slipInBehind(ArchivedProcess pod) throws IOException {
    DrivenArchiver.copy(pod.folder(), folder.resolve("copy"));
    ArchivedProcess stale = start("copy");
    stale.commitAndSettle("b", 2);
    StaleWriter.slipIn(store, "first", stale);
    return stale;
  }

  @Test
  void theLineThatIsBegunBehindAStaleWriterHasArchivedOnlyWhatItHoldsItself() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    ArchivedProcess stale = slipInBehind(pod);
    List<Boolean> told = new ArrayList<>();
    pod.archiver.onClaimed(
        (line, chainedTo, from) -> told.add(pod.archiver.archivedTo().compareTo(from) <= 0));
    pod.commitAndSettle("a", 1);
    LogPosition appended = pod.log().statistics().appended();

    Duration _ = pod.tick();
    assertThat(pod.archiver.status().failure().orElseThrow().code())
        .isEqualTo(ErrorCode.STORAGE_CONFLICT);
    assertNothingCountsAsArchived(pod, all(pod).getFirst());
    Duration _ = pod.tick();
    assertThat(pod.line()).isNotEqualTo("first");
    assertThat(line(pod).parts()).isEmpty();
    assertNothingCountsAsArchived(pod, all(pod).getFirst());
    assertThat(pod.archiver.archivedTo()).isEqualTo(line(pod).end());
    assertThat(told).containsExactly(true);

    pod.archiveAll();
    assertThat(pod.archiver.isArchived(appended)).isTrue();
    assertArchived(pod);
    assertThat(ArchivedLine.read(store, "first").parts()).isEqualTo(all(stale));
  }

  private static void assertNothingCountsAsArchived(ArchivedProcess pod, LoggedPart first) {
    assertThat(pod.archiver.archivedTo()).isLessThanOrEqualTo(first.position());
    assertThat(pod.archiver.isArchived(first.end())).isFalse();
    assertThat(pod.archiver.isCaughtUp()).isFalse();
    assertThat(pod.archiver.status().lagBytes())
        .isEqualTo(pod.log().settled().bytes() - pod.archiver.archivedTo().bytes());
  }

  @Test
  void theLogKeepsWhatTheLineThatIsBegunBehindAStaleWriterDoesNotHoldYet() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    ArchivedProcess _ = slipInBehind(pod);
    pod.commitAndSettle("a", 1);
    Duration _ = pod.tick();
    Duration _ = pod.tick();
    store.refuseWrites(ErrorCode.STORAGE_UNAVAILABLE);
    for (int i = 0; i < 60; i++) {
      pod.commitAndSettle("a", 20);
      Duration _ = pod.tick();
    }
    heal();
    pod.archiveAll();
    assertArchived(pod);
  }

  @Test
  void aStaleWriterThatWroteWhatTheLogHoldsIsGoneOnFrom() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    pod.commitAndSettle("a", 1);
    DrivenArchiver.copy(pod.folder(), folder.resolve("copy"));
    StaleWriter.slipIn(store, "first", start("copy"));
    Duration _ = pod.tick();
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    assertThat(pod.line()).isEqualTo("first");
    assertArchived(pod);
  }

  @Test
  void keepServingLetsGoOfTheOldestAndRecordsTheGap() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    store.refuseAll(ErrorCode.STORAGE_UNAVAILABLE);
    for (int i = 0; i < 300; i++) {
      pod.commitAndSettle("a", 20);
      Duration _ = pod.tick();
      assertThat(pod.log().sizeBytes()).isLessThan((1 << 20) + 4 * (96 << 10));
    }
    assertThat(pod.writes.isStopped()).isFalse();
    List<LoggedPart> kept = pod.settledParts(pod.log().oldest());
    heal();
    pod.archiveAll();
    ArchivedLine line = line(pod);
    assertThat(line.gaps()).hasSize(1);
    ArchiveStatus status = pod.archiver.status();
    assertThat(status.gaps()).isEqualTo(1);
    assertThat(status.lastGap()).contains(line.gaps().getFirst());
    LogPosition behind = line.gaps().getFirst().to();
    assertThat(line.parts().stream().filter(part -> part.position().compareTo(behind) >= 0))
        .isEqualTo(kept.stream().filter(part -> part.position().compareTo(behind) >= 0).toList())
        .hasSizeGreaterThan(80);
    ArchivedProcess next = start("pod");
    next.commitAndSettle("a", 1);
    next.archiveAll();
    assertThat(next.archiver.status().gaps()).isEqualTo(1);
    assertThat(next.archiver.status().lastGap()).contains(line.gaps().getFirst());
    assertThat(next.line()).isEqualTo("first");
  }

  @Test
  void aRestartAfterTheLogWasGivenUpBeginsANewLine_forNothingCanBeCompared() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    store.refuseAll(ErrorCode.STORAGE_UNAVAILABLE);
    for (int i = 0; i < 150; i++) {
      pod.commitAndSettle("a", 20);
      pod.archiver.enforceLag();
      pod.settle();
    }
    ArchivedProcess next =
        start("pod", DrivenArchiver.LIMITS.withMaxLag(1 << 28), MaxLagPolicy.KEEP_SERVING);
    List<LoggedPart> kept = next.settledParts(next.log().oldest());
    heal();
    next.archiveAll();
    assertThat(next.archiver.status().newLine().orElseThrow().reason())
        .isEqualTo(ArchiveLine.Reason.LogReleased);
    ArchivedLine line = line(next);
    assertThat(line.gaps()).isEmpty();
    assertThat(line.parts()).isEqualTo(kept).hasSizeGreaterThan(80);
  }

  @Test
  void anIdlePodThatRestartsOverAndOverKeepsItsLine() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    // Each start leaves an empty batch in the log; here they fill several segments.
    for (int i = 0; i < 600; i++) {
      pod = start("pod");
      pod.archiveAll();
      pod.settle();
    }
    assertThat(pod.line()).isEqualTo("first");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    assertThat(pod.line()).isEqualTo("first");
    assertThat(line(pod).gaps()).isEmpty();
    assertThat(line(pod).parts()).hasSize(2);
  }

  @Test
  void stopWritesRefusesWritesUntilItHasCaughtUp() throws Exception {
    ArchivedProcess pod =
        start("pod", DrivenArchiver.LIMITS.withMaxLag(300 << 10), MaxLagPolicy.STOP_WRITES);
    pod.archiveAll();
    store.refuseAll(ErrorCode.STORAGE_UNAVAILABLE);
    int commits = 0;
    while (!pod.writes.isStopped()) {
      pod.commitAndSettle("a", 20);
      assertThat(commits++).isLessThan(100);
      Duration _ = pod.tick();
      pod.archiver.enforceLag();
    }
    assertThat(pod.archiver.status().state()).isEqualTo(ArchiveState.WRITES_STOPPED);
    assertThatThrownBy(pod.writes::check)
        .isInstanceOfSatisfying(
            DosqlException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.ARCHIVE_LAG_EXCEEDED);
              assertThat(e.code().retryable()).isTrue();
              assertThat(e.retryAfter()).isNotNull();
            })
        .hasMessageContaining("maxLag");
    heal();
    List<Long> lagsWhileStopped = new ArrayList<>();
    while (pod.writes.isStopped()) {
      lagsWhileStopped.add(pod.archiver.status().lagBytes());
      Duration _ = pod.tick();
    }
    assertThat(lagsWhileStopped.getLast()).isGreaterThan(150 << 10);
    assertThat(pod.archiver.status().lagBytes()).isLessThanOrEqualTo(150 << 10);
    pod.archiveAll();
    assertArchived(pod);
    assertThat(pod.archiver.status().state()).isEqualTo(ArchiveState.OK);
  }

  @Test
  void aTimeOfDayThatJumpsMakesNothingLateNorStopsAnything() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.archiveAll();
    for (long hours : new long[] {5, -9, 100, -200}) {
      pod.commitAndSettle("a", 1);
      clock.jump(Duration.ofHours(hours));
      assertThat(pod.archiver.status().lag()).isLessThan(Duration.ofSeconds(2));
      pod.archiveAll();
      assertThat(pod.archiver.status().state()).isEqualTo(ArchiveState.OK);
    }
    assertArchived(pod);
  }

  @Test
  void whoAsksLearnsWhichObjectsHoldWhichPositions() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    List<LoggedPart> parts = all(pod);
    LogPosition one = parts.get(0).position();
    LogPosition two = parts.get(1).position();
    assertThat(pod.archiver.objects(one, two)).isEqualTo(new ArchivedLog.LogObjectRange(2, 2));
    assertThat(pod.archiver.objects(two, two)).isEqualTo(new ArchivedLog.LogObjectRange(3, 1));
    ArchivedProcess next = start("pod");
    next.archiveAll();
    assertThat(next.archiver.objects(one, two)).isEqualTo(ArchivedLog.LogObjectRange.UNKNOWN);
  }

  @Test
  void whoAsksForObjectsGetsEmptyOnes_andTheLogGoesOnBehindThemWithoutAGap() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    pod.archiver.storeAtLeast(3);
    for (int stored : new int[] {2, 3, 3}) {
      Duration _ = pod.archiver.step();
      assertThat(pod.archiver.stored()).isEqualTo(stored);
    }
    pod.commitAndSettle("a", 1);
    pod.archiveAll();
    assertThat(pod.archiver.status().gaps()).isZero();
    assertArchived(pod);
    ArchivedProcess next = start("pod");
    next.commitAndSettle("a", 1);
    next.archiveAll();
    assertThat(next.archiver.status().gaps()).isZero();
    assertArchived(next);
  }

  @Test
  void chainsLearnFromTheLineHowFarTheyHadCome() throws Exception {
    ArchivedProcess pod = start("pod");
    pod.commitAndSettle("a", 1);
    LogPosition chained = pod.log().settled();
    pod.archiver.followChains(() -> chained);
    pod.archiveAll();
    ArchivedProcess next = start("pod");
    List<String> told = new ArrayList<>();
    next.archiver.onClaimed((line, chainedTo, from) -> told.add(line + " " + chainedTo));
    next.archiveAll();
    assertThat(told).containsExactly("first " + chained);
  }

  @Test
  void nothingIsLeftInTheScratchFolder() throws Exception {
    ArchivedProcess pod = start("pod");
    for (int i = 0; i < 5; i++) {
      pod.commitAndSettle("a", 1);
      pod.archiveAll();
    }
    try (Stream<Path> files = Files.list(pod.folder().resolve("scratch"))) {
      assertThat(files).isEmpty();
    }
  }
}
