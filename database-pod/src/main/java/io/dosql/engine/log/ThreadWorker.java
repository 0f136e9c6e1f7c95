package io.dosql.engine.log;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A {@link Worker} with a platform thread, because its file I/O would pin a carrier. */
final class ThreadWorker implements Worker {

  private final Runnable job;
  private final Thread thread;
  private final AtomicBoolean isWoken = new AtomicBoolean();
  private volatile @Nullable Runnable lastJob;

  private ThreadWorker(String name, Runnable job) {
    this.job = job;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  static Worker start(String name, Runnable job) {
    ThreadWorker worker = new ThreadWorker(name, job);
    worker.thread.start();
    return worker;
  }

  @Override
  public void wake() {
    if (!isWoken.getAndSet(true)) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    while (true) {
      @Nullable Runnable last = lastJob;
      if (isWoken.getAndSet(false)) {
        job.run();
      } else if (last != null) {
        last.run();
        return;
      } else {
        LockSupport.park(this);
      }
    }
  }

  @Override
  public boolean finish(Runnable lastJob, Duration timeout) throws InterruptedException {
    isWoken.set(true);
    this.lastJob = lastJob;
    LockSupport.unpark(thread);
    return thread.join(timeout);
  }
}
