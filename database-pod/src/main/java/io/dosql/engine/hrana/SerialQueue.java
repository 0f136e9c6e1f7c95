package io.dosql.engine.hrana;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on what is added to it one after the other, in that order, on a thread that lives while
 * there is something. How much may be added is for others to bound. Thread safe.
 */
final class SerialQueue<T> {

  private static final Logger LOG = LoggerFactory.getLogger(SerialQueue.class);

  private final ThreadFactory threads;
  private final Consumer<T> work;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final ArrayDeque<T> waiting = new ArrayDeque<>();

  @GuardedBy("lock")
  private boolean isRunning;

  SerialQueue(ThreadFactory threads, Consumer<T> work) {
    this.threads = threads;
    this.work = work;
  }

  void add(T item) {
    lock.lock();
    try {
      waiting.add(item);
      if (isRunning) {
        return;
      }
      isRunning = true;
    } finally {
      lock.unlock();
    }
    threads.newThread(this::run).start();
  }

  private void run() {
    while (true) {
      T item;
      lock.lock();
      try {
        if (waiting.isEmpty()) {
          isRunning = false;
          return;
        }
        item = waiting.remove();
      } finally {
        lock.unlock();
      }
      try {
        work.accept(item);
      } catch (RuntimeException | StackOverflowError bug) {
        LOG.error("A message failed beyond telling its client why", bug);
      }
    }
  }
}
