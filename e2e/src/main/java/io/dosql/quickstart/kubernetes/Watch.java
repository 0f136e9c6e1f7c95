package io.dosql.quickstart.kubernetes;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The changes that one watcher has not read yet. Filled under the store's lock, read by the
 * watcher's thread.
 */
final class Watch implements AutoCloseable {

  private final BlockingQueue<ObjectStore.Change> queue =
      new LinkedBlockingQueue<>(ObjectStore.HISTORY_MAX);
  private final Consumer<Watch> onClose;
  private volatile boolean closed;

  Watch(Consumer<Watch> onClose) {
    this.onClose = onClose;
  }

  /** Never blocks: a watcher that lags too far behind is closed and must list again. */
  void offer(ObjectStore.Change change) {
    if (!closed && !queue.offer(change)) {
      close();
    }
  }

  boolean closed() {
    return closed;
  }

  Optional<ObjectStore.Change> next(Duration timeout) throws InterruptedException {
    return Optional.ofNullable(queue.poll(timeout.toMillis(), TimeUnit.MILLISECONDS));
  }

  @Override
  public void close() {
    closed = true;
    onClose.accept(this);
  }
}
