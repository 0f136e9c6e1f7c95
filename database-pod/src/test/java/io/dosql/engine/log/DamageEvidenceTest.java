package io.dosql.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Damaged segments that are kept until nobody has lost anything by them any more. */
@ExtendWith(QuietLog.class)
class DamageEvidenceTest {

  @TempDir private Path directory;

  /** Lets what sets a file aside wait until it is told to go on. */
  private static final class SlowRenames extends ForwardingLogStorage {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goesOn = new CountDownLatch(1);

    SlowRenames(LogStorage storage) {
      super(storage);
    }

    @Override
    public void rename(String from, String to) throws IOException {
      if (to.endsWith(".damaged")) {
        begun.countDown();
        try {
          goesOn.await();
        } catch (InterruptedException stop) {
          Thread.currentThread().interrupt();
        }
      }
      super.rename(from, to);
    }
  }

  private LogStorage storage() {
    return new DirectoryLogStorage(directory);
  }

  private void fillTwoSegments() throws Exception {
    ManualWorkers workers = new ManualWorkers();
    try (CommitLog log = TestLogs.open(storage(), workers)) {
      for (long lsn = 1; log.statistics().segments() < 3; lsn++) {
        log.append(CommitParts.commit("a", lsn, 4));
        workers.flush();
      }
    }
  }

  private void destroyBytesOfTheFirst() throws Exception {
    Path first = directory.resolve(Segment.fileName(0));
    try (FileChannel file = FileChannel.open(first, StandardOpenOption.WRITE)) {
      assertThat(file.write(ByteBuffer.allocate(8 << 10), 32 << 10)).isEqualTo(8 << 10);
    }
  }

  @Test
  void whatIsBeingSetAside_isDiscardedWithTheRest() throws Exception {
    fillTwoSegments();
    destroyBytesOfTheFirst();
    SlowRenames storage = new SlowRenames(storage());
    ManualWorkers workers = new ManualWorkers();
    try (CommitLog log = TestLogs.open(storage, workers)) {
      assertThat(log.damage()).isNotEmpty();
      log.checkpointed("a", Long.MAX_VALUE);
      log.damageJudged();
      Thread keepingHouse = Thread.ofPlatform().start(workers::keepHouse);
      storage.begun.await();
      FutureTask<Boolean> discarded =
          new FutureTask<>(
              () -> {
                log.discardEvidence();
                return true;
              });
      Thread discarding = Thread.ofPlatform().start(discarded);
      try {
        await()
            .until(
                () ->
                    Set.of(Thread.State.WAITING, Thread.State.TERMINATED)
                        .contains(discarding.getState()));
      } finally {
        storage.goesOn.countDown();
      }
      assertThat(discarded.get()).isTrue();
      keepingHouse.join();
      assertThat(storage.list()).noneMatch(name -> name.endsWith(".damaged"));
    }
  }
}
