package io.dosql.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records for which nobody waits gather for a while; whoever waits is served at once. */
@Timeout(60)
class RelaxedFlushTest {

  private static final Duration NEVER = Duration.ofHours(1);

  /** What the flusher was asked for: its delay, or zero for at once. */
  private final List<Duration> wakes = new ArrayList<>();

  @TempDir private Path directory;

  /** A log whose flusher only notes what it is asked for. */
  private CommitLog openNoting(Duration interval) throws Exception {
    Worker.Factory noting =
        (name, job) ->
            new Worker() {
              @Override
              public void wake() {
                note(name, Duration.ZERO);
              }

              @Override
              public void wakeWithin(Duration delay) {
                note(name, delay);
              }

              @Override
              public boolean finish(Runnable lastJob, Duration timeout) {
                job.run();
                lastJob.run();
                return true;
              }
            };
    return TestLogs.open(
        TestLogs.SMALL.withRelaxedFlushInterval(interval),
        new DirectoryLogStorage(directory),
        failure -> {
          throw new AssertionError(failure);
        },
        noting);
  }

  private void note(String worker, Duration delay) {
    if (worker.equals("log-flusher")) {
      wakes.add(delay);
    }
  }

  private CommitLog openReal(Duration interval) throws Exception {
    return CommitLog.open(
        LogOptions.DEFAULT.withRelaxedFlushInterval(interval),
        new DirectoryLogStorage(directory),
        failure -> {
          throw new AssertionError(failure);
        },
        InstantSource.system());
  }

  @Test
  void onlyTheFirstRecordOfABatchAsksForAFlush_withinTheInterval() throws Exception {
    try (CommitLog log = openNoting(Duration.ofMillis(10))) {
      log.append(CommitParts.commit("a", 1));
      log.append(CommitParts.commit("b", 1));
      assertThat(wakes).containsExactly(Duration.ofMillis(10));
    }
  }

  @Test
  void whoWaitsIsServedAtOnce() throws Exception {
    try (CommitLog log = openNoting(NEVER)) {
      LogPosition position = log.append(CommitParts.commit("a", 1));
      assertThatThrownBy(() -> log.awaitSettled(position, Duration.ZERO))
          .isInstanceOf(TimeoutException.class);
      assertThat(wakes).containsExactly(NEVER, Duration.ZERO);
    }
  }

  @Test
  void aFullBufferIsFlushedAtOnce() throws Exception {
    try (CommitLog log = openNoting(NEVER)) {
      assertThatThrownBy(
              () -> {
                for (long lsn = 1; true; lsn++) {
                  log.append(CommitParts.commit("a", lsn, 30));
                }
              })
          .isInstanceOf(LogBusyException.class);
      assertThat(wakes).containsExactly(NEVER, Duration.ZERO);
    }
  }

  @Test
  void whatIsInMemoryOnlyIsCounted() throws Exception {
    try (CommitLog log = openNoting(NEVER)) {
      assertThat(log.statistics().unsettledBytes()).isZero();
      assertThat(log.statistics().oldestUnsettledNanos()).isZero();
      log.append(CommitParts.commit("a", 1, 4));
      assertThat(log.statistics().unsettledBytes()).isGreaterThan(4 * CommitParts.PAGE_SIZE);
      assertThat(log.statistics().oldestUnsettledNanos()).isPositive();
    }
  }

  @Test
  void anOrderlyCloseFlushesWhatHasGathered() throws Exception {
    try (CommitLog log = openReal(NEVER)) {
      LogPosition before = log.settled();
      log.append(CommitParts.commit("a", 1));
      assertThat(log.settled()).isEqualTo(before);
    }
    try (CommitLog log = openReal(NEVER)) {
      assertThat(log.lastLsn("a")).hasValue(1);
    }
  }

  @Test
  void aRealFlusherFlushesUnasked_andOneSyncServesManyThatGathered() throws Exception {
    int commits = 200;
    CountDownLatch flushed = new CountDownLatch(commits);
    try (CommitLog log = openReal(Duration.ofMillis(50))) {
      log.onFlush(
          (records, bytes, nanos) -> {
            for (int i = 0; i < records; i++) {
              flushed.countDown();
            }
          });
      for (long lsn = 1; lsn <= commits; lsn++) {
        log.append(CommitParts.commit("a", lsn));
      }
      assertThat(flushed.await(50, TimeUnit.SECONDS)).describedAs("flushed unasked").isTrue();
      assertThat(log.statistics().flushes()).isLessThan(commits);
    }
  }

  @Test
  void aRealFlusherDoesNotLetAWaiterWaitForTheInterval() throws Exception {
    try (CommitLog log = openReal(NEVER)) {
      for (long lsn = 1; lsn <= 50; lsn++) {
        log.awaitSettled(log.append(CommitParts.commit("a", lsn)), Duration.ofSeconds(50));
      }
      assertThat(log.statistics().flushes()).isEqualTo(50);
    }
  }
}
