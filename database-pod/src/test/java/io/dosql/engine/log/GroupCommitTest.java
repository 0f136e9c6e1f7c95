package io.dosql.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many clients, real threads, the real file system. */
@Timeout(60)
class GroupCommitTest {

  private static final Duration LONG = Duration.ofSeconds(50);

  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

  @TempDir private Path directory;

  @AfterEach
  void stop() {
    clients.shutdownNow();
  }

  private CommitLog open(LogOptions options, LogStorage storage) throws Exception {
    return CommitLog.open(
        options,
        storage,
        failure -> {
          throw new AssertionError(failure);
        },
        InstantSource.system());
  }

  private LogStorage storage() {
    return new DirectoryLogStorage(directory);
  }

  private static LogOptions options(int segmentBytes, int maxBufferedBytes) {
    return new LogOptions(segmentBytes, maxBufferedBytes, 64 << 10, 4 << 10, LONG, LONG);
  }

  @Test
  void oneSyncServesManyClients() throws Exception {
    int tenants = 32;
    long commits = 40;
    AtomicLong flushedRecords = new AtomicLong();
    try (CommitLog log = open(options(256 << 10, 1 << 20), storage())) {
      log.onFlush((records, bytes, nanos) -> flushedRecords.addAndGet(records));
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < tenants; i++) {
        String tenant = "t" + i;
        done.add(clients.submit(() -> commitAll(log, tenant, commits)));
      }
      for (Future<?> client : done) {
        client.get(50, TimeUnit.SECONDS);
      }
      LogStatistics statistics = log.statistics();
      assertThat(statistics.flushedRecords()).isEqualTo(tenants * commits);
      assertThat(statistics.flushes()).isLessThan(tenants * commits / 2);
      Awaitility.await()
          .untilAsserted(() -> assertThat(flushedRecords).hasValue(tenants * commits));
      assertThat(statistics.segments()).isGreaterThan(1);
    }
    try (CommitLog log = open(options(256 << 10, 1 << 20), storage())) {
      assertThat(log.recovery().cutBytes()).isZero();
      for (int i = 0; i < tenants; i++) {
        assertThat(log.commitsAfter("t" + i, 0)).hasSize((int) commits);
      }
    }
  }

  private static void commitAll(CommitLog log, String tenant, long commits) {
    try {
      for (long lsn = 1; lsn <= commits; lsn++) {
        LogPosition end = log.append(CommitParts.commit(tenant, lsn, 2));
        log.awaitSettled(end, LONG);
        assertThat(log.settled()).isGreaterThanOrEqualTo(end);
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void segmentsAreReleasedWhileClientsAppendAndReadersRead() throws Exception {
    // The reader before the clients: what they have checkpointed is gone for who comes later.
    try (CommitLog log = open(options(128 << 10, 512 << 10), storage());
        LogReader reader = log.reader(LogPosition.START)) {
      Future<Long> read = clients.submit(() -> readAll(reader, 4 * 150));
      List<Future<?>> done = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        String tenant = "t" + i;
        done.add(clients.submit(() -> commitAndCheckpoint(log, tenant, 150)));
      }
      for (Future<?> client : done) {
        client.get(50, TimeUnit.SECONDS);
      }
      assertThat(read.get(50, TimeUnit.SECONDS)).isEqualTo(4 * 150);
      reader.close();
      Awaitility.await()
          .atMost(LONG)
          .untilAsserted(() -> assertThat(log.statistics().segments()).isEqualTo(1));
    }
  }

  private static void commitAndCheckpoint(CommitLog log, String tenant, long commits) {
    try {
      for (long lsn = 1; lsn <= commits; lsn++) {
        log.awaitSettled(log.append(CommitParts.commit(tenant, lsn, 8)), LONG);
        log.checkpointed(tenant, lsn);
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static long readAll(LogReader reader, long parts) throws Exception {
    long read = 0;
    while (read < parts) {
      if (reader.next().isPresent()) {
        read++;
      } else {
        // What it waits for others have to write, on as few cores.
        Thread.sleep(Duration.ofMillis(1));
      }
    }
    return read;
  }

  @Test
  void whoFindsTheBufferFullWaitsForTheFlusher() throws Exception {
    HeldLogStorage storage = new HeldLogStorage(storage());
    try (CommitLog log = open(options(256 << 10, 256 << 10), storage)) {
      storage.hold();
      log.append(CommitParts.commit("a", 1));
      assertThat(storage.awaitHeldSync(LONG)).isTrue();
      Future<?> client =
          clients.submit(
              () -> {
                for (long lsn = 2; lsn < 12; lsn++) {
                  log.append(CommitParts.commit("a", lsn, 100));
                }
                return null;
              });
      long full = 128 << 10;
      Awaitility.await()
          .atMost(LONG)
          .until(() -> log.statistics().appended().bytes() - log.settled().bytes() > full / 2);
      assertThatThrownBy(() -> client.get(50, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      assertThat(log.statistics().appended().bytes() - log.settled().bytes())
          .isLessThanOrEqualTo(full + LogFormat.SECTOR_BYTES);
      storage.release();
      client.get(50, TimeUnit.SECONDS);
      assertThat(log.commitsAfter("a", 0)).hasSize(11);
    }
  }

  @Test
  void closingDoesNotWaitForeverForTheDisk() throws Exception {
    HeldLogStorage storage = new HeldLogStorage(storage());
    LogOptions options =
        new LogOptions(256 << 10, 256 << 10, 64 << 10, 4 << 10, LONG, Duration.ofMillis(20));
    CommitLog log = open(options, storage);
    storage.hold();
    LogPosition end = log.append(CommitParts.commit("a", 1));
    assertThatThrownBy(log::close)
        .isInstanceOf(LogBusyException.class)
        .hasMessageContaining("closeTimeout");
    storage.release();
    log.awaitSettled(end, LONG);
  }

  @Test
  void anInterruptedReaderHarmsNobodyElse() throws Exception {
    try (CommitLog log = open(options(256 << 10, 256 << 10), storage())) {
      log.awaitSettled(log.append(CommitParts.commit("a", 1)), LONG);
      Thread.currentThread().interrupt();
      try (LogReader reader = log.reader(LogPosition.START)) {
        assertThatThrownBy(reader::next).isInstanceOf(ClosedByInterruptException.class);
      } finally {
        assertThat(Thread.interrupted()).isTrue();
      }
      log.awaitSettled(log.append(CommitParts.commit("a", 2)), LONG);
      try (LogReader reader = log.reader(LogPosition.START)) {
        assertThat(reader.next()).isPresent();
        assertThat(reader.next()).isPresent();
      }
    }
  }
}
