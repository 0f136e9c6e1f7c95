package io.dosql.engine.archiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.store.S3Limits;
import io.dosql.engine.archive.store.S3ObjectStore;
import io.dosql.engine.archive.store.S3Server;
import io.dosql.engine.archive.store.S3Settings;
import io.dosql.engine.log.LogPosition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Engines that run on copies of one data directory, over one bucket of a real S3. */
@Timeout(120)
class TwoWritersTest {

  private static final int STEPS = 12;

  @TempDir Path folder;

  /** Both work as fast as they can, at the same time. */
  @RepeatedTest(3)
  void oneOfThemIsFencedOrWritesALineOfItsOwn_andNothingIsOverwritten() throws Exception {
    try (S3Server server = new S3Server(folder.resolve("s3"))) {
      S3Settings bucket = server.newBucket();
      try (S3ObjectStore store =
              new S3ObjectStore(bucket, S3Limits.defaults(), () -> S3Server.CREDENTIALS);
          ExecutorService threads = Executors.newFixedThreadPool(2)) {
        ArchivedProcess first =
            ArchivedProcess.start(folder.resolve("pod"), store, new TestClock(), 1);
        first.commitAndSettle("a", 1);
        first.archiveAll();
        DrivenArchiver.copy(first.folder(), folder.resolve("copy"));
        ArchivedProcess second =
            ArchivedProcess.start(folder.resolve("copy"), store, new TestClock(), 2);
        CyclicBarrier begin = new CyclicBarrier(2);
        List<Future<?>> runs = new ArrayList<>();
        for (ArchivedProcess process : List.of(first, second)) {
          runs.add(threads.submit(() -> writeAndArchive(process, begin)));
        }
        for (Future<?> run : runs) {
          Object _ = run.get(60, TimeUnit.SECONDS);
        }
        boolean isFenced = first.archiver.status().state() == ArchiveState.FENCED;
        assertThat(isFenced || !second.line().equals("first"))
            .describedAs("%s, %s", first.archiver.status(), second.archiver.status())
            .isTrue();
        assertThat(second.archiver.status().state()).isEqualTo(ArchiveState.OK);
        checkLine(store, second);
        if (isFenced) {
          assertThat(first.writes.isStopped()).isTrue();
        } else {
          checkLine(store, first);
        }
      }
    }
  }

  private static Void writeAndArchive(ArchivedProcess process, CyclicBarrier begin)
      throws Exception {
    int _ = begin.await(30, TimeUnit.SECONDS);
    for (int i = 0; i < STEPS; i++) {
      process.commitAndSettle(process.folder().endsWith("pod") ? "a" : "b", 1 + i % 3);
      Duration _ = process.tick();
    }
    if (process.archiver.status().state() != ArchiveState.FENCED) {
      for (int i = 0; i < 100 && !process.archiver.isCaughtUp(); i++) {
        Duration _ = process.tick();
      }
    }
    return null;
  }

  private static void checkLine(S3ObjectStore store, ArchivedProcess process) throws Exception {
    ArchivedLine line = ArchivedLine.read(store, process.line());
    assertThat(line.gaps()).isEmpty();
    assertThat(line.parts()).isEqualTo(process.settledParts(LogPosition.START));
  }
}
