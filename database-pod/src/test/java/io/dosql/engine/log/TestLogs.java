package io.dosql.engine.log;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** Opens small logs. */
final class TestLogs {

  /** Segments that hold little more than the largest part; appends never wait. */
  static final LogOptions SMALL =
      new LogOptions(96 << 10, 256 << 10, 64 << 10, 4 << 10, Duration.ZERO, Duration.ofSeconds(10));

  static final long LOG_ID = 0x1234_5678_9abc_def0L;

  private TestLogs() {}

  /** A log that the test drives. */
  static CommitLog open(LogStorage storage, ManualWorkers workers) throws IOException {
    return open(SMALL, storage, failure -> {}, workers);
  }

  static CommitLog open(
      LogOptions options, LogStorage storage, FatalErrorHandler fatal, Worker.Factory workers)
      throws IOException {
    return new LogOpener(
            options, storage, fatal, () -> Instant.ofEpochMilli(1_000), () -> LOG_ID, workers)
        .open();
  }
}
