package io.dosql.engine.log;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/** A commit log whose workers are threads of a simulation. */
public final class SimulatedLog {

  private SimulatedLog() {}

  /** Segments of 96 KiB, parts of 64 KiB. */
  public static LogOptions smallOptions(Duration appendTimeout) {
    LogOptions small = TestLogs.SMALL;
    return new LogOptions(
        small.segmentBytes(),
        small.maxBufferedBytes(),
        small.maxPartPageBytes(),
        small.maxPartSectionBytes(),
        appendTimeout,
        small.closeTimeout());
  }

  /** As {@link CommitLog#open}, with what is random or runs by itself given by the caller. */
  public static CommitLog open(
      LogOptions options,
      LogStorage storage,
      FatalErrorHandler fatal,
      InstantSource clock,
      LongSupplier logIds,
      ThreadFactory threads)
      throws IOException {
    return new LogOpener(
            options, storage, fatal, clock, logIds, (name, job) -> new Threads(job, threads))
        .open();
  }

  /** A worker that has a thread only while there is work. */
  private static final class Threads implements Worker {
    private final Runnable job;
    private final ThreadFactory threads;
    private final ReentrantLock running = new ReentrantLock();
    private boolean isWoken;

    Threads(Runnable job, ThreadFactory threads) {
      this.job = job;
      this.threads = threads;
    }

    @Override
    public void wake() {
      if (!isWoken) {
        isWoken = true;
        threads.newThread(this::run).start();
      }
    }

    private void run() {
      running.lock();
      try {
        isWoken = false;
        job.run();
      } finally {
        running.unlock();
      }
    }

    @Override
    public boolean finish(Runnable lastJob, Duration timeout) {
      running.lock();
      try {
        job.run();
        lastJob.run();
        return true;
      } finally {
        running.unlock();
      }
    }
  }
}
