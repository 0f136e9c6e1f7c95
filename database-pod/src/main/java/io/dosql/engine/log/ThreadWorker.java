package io.dosql.engine.log;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A {@link Worker} with a platform thread, because its file I/O would pin a carrier. */
final class ThreadWorker implements Worker {

  private final Runnable job;
  private final Thread thread;
  private final AtomicBoolean isWoken = new AtomicBoolean();

  /** By {@link System#nanoTime} when the job must run at the latest; null while that is open. */
  private final AtomicReference<@Nullable Long> due = new AtomicReference<>();

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

  @Override
  public void wakeWithin(Duration delay) {
    if (delay.isZero()) {
      wake();
    } else if (due.compareAndSet(null, System.nanoTime() + delay.toNanos())) {
      LockSupport.unpark(thread);
    }
  }

  private void run() {
    while (true) {
      @Nullable Runnable last = lastJob;
      @Nullable Long dueNanos = due.get();
      long leftNanos = dueNanos == null ? Long.MAX_VALUE : dueNanos - System.nanoTime();
      if (isWoken.getAndSet(false) || leftNanos <= 0) {
        // Before the job, which takes all that was there when it begins.
        due.set(null);
        job.run();
      } else if (last != null) {
        last.run();
        return;
      } else if (dueNanos == null) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, leftNanos);
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
