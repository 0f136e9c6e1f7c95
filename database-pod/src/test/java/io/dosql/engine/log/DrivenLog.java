package io.dosql.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;

/**
 * A small log in a folder whose flusher and housekeeper work when a test says so: segments of 96
 * KiB, parts of 64 KiB. Abandoning it is a crash: what was not flushed is lost.
 */
public final class DrivenLog {

  private static final int PAGE_BYTES = 512;

  private final CommitLog log;
  private final ManualWorkers workers;

  private DrivenLog(CommitLog log, ManualWorkers workers) {
    this.log = log;
    this.workers = workers;
  }

  public static DrivenLog open(Path folder, InstantSource clock, long logId) throws IOException {
    ManualWorkers workers = new ManualWorkers();
    CommitLog log =
        new LogOpener(
                TestLogs.SMALL,
                new DirectoryLogStorage(folder),
                failure -> {
                  throw new AssertionError("the log failed", failure);
                },
                clock,
                () -> logId,
                workers)
            .open();
    return new DrivenLog(log, workers);
  }

  public CommitLog log() {
    return log;
  }

  /** Makes durable what was appended, and lets go of what nobody holds. */
  public void settle() {
    workers.flush();
    workers.keepHouse();
  }

  /** A commit, or one part of it, with pages that do not compress. */
  public static CommitPart part(
      String tenant, long lsn, boolean isFirst, boolean isLast, int pages, long seed) {
    Random random = new Random(seed);
    return new CommitPart(
        tenant,
        lsn,
        1,
        isFirst,
        isLast,
        100,
        PAGE_BYTES,
        CommitParts.randomPages(random, pages),
        List.of(new PartSection(2, ByteBuffer.allocate(8).putLong(seed).flip())));
  }
}
