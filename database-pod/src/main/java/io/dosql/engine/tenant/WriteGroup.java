package io.dosql.engine.tenant;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs writes that wait for each other anyway as one transaction: one commit, one record in the
 * log, one LSN. A statement that fails undoes itself only, as it does in a transaction of its own;
 * a failure that takes the whole transaction with it has each write run alone after all.
 *
 * <p>On the strand only.
 */
final class WriteGroup {

  private static final Logger LOG = LoggerFactory.getLogger(WriteGroup.class);

  /** A write that spoils a transaction often comes with others of its kind. */
  private static final int ALONE_AFTER_SPOILED = 64;

  /** The writer's transaction. */
  interface Transaction {

    /** Throws what a write would be told that cannot begin. */
    void begin();

    /** False when SQLite has rolled it back by itself. */
    boolean isOpen();

    /** Whether it is committed and in the log; else nothing of it is left. */
    boolean commit();

    /** Leaves nothing of it. */
    void rollBack();
  }

  private final Transaction transaction;
  private final int writesMax;
  private int aloneLeft;

  WriteGroup(Transaction transaction, int writesMax) {
    this.transaction = transaction;
    this.writesMax = writesMax;
  }

  /**
   * Runs {@code first}, together with what {@code more} gives until that gives null, if both may
   * be; all of them are done when this returns. Throws nothing.
   *
   * @param more the next one in line if it may be shared
   * @return how many it were
   */
  int run(QueuedWrite<?> first, Supplier<@Nullable QueuedWrite<?>> more) {
    QueuedWrite<?> second = mayShare(first) ? more.get() : null;
    if (second == null) {
      first.run();
      return 1;
    }
    List<QueuedWrite<?>> writes = new ArrayList<>(List.of(first, second));
    runTogether(writes, more);
    return writes.size();
  }

  private boolean mayShare(QueuedWrite<?> write) {
    if (write.isShared() && aloneLeft > 0) {
      aloneLeft--;
      return false;
    }
    return write.isShared();
  }

  private void runTogether(List<QueuedWrite<?>> writes, Supplier<@Nullable QueuedWrite<?>> more) {
    int joined = 0;
    boolean isCommitted = false;
    try {
      transaction.begin();
      QueuedWrite.Try last = QueuedWrite.Try.DONE;
      while (last == QueuedWrite.Try.DONE && joined < writes.size()) {
        last = writes.get(joined).runTogether();
        if (!transaction.isOpen()) {
          last = QueuedWrite.Try.SPOILED;
        }
        if (last == QueuedWrite.Try.DONE) {
          joined++;
          extend(writes, joined, more);
        }
      }
      isCommitted = last != QueuedWrite.Try.SPOILED && transaction.commit();
    } catch (RuntimeException | Error failed) {
      // Each is told why, when it is run alone.
      LOG.debug("Writes are run one by one", failed);
    }
    if (isCommitted) {
      writes.subList(0, joined).forEach(QueuedWrite::tell);
      writes.subList(joined, writes.size()).forEach(QueuedWrite::run);
    } else {
      rollBack();
      aloneLeft = joined > 0 ? ALONE_AFTER_SPOILED : aloneLeft;
      writes.forEach(QueuedWrite::run);
    }
  }

  private void extend(
      List<QueuedWrite<?>> writes, int joined, Supplier<@Nullable QueuedWrite<?>> more) {
    if (joined == writes.size() && joined < writesMax) {
      QueuedWrite<?> next = more.get();
      if (next != null) {
        writes.add(next);
      }
    }
  }

  private void rollBack() {
    try {
      transaction.rollBack();
    } catch (RuntimeException | Error failed) {
      LOG.debug("A transaction of several writes cannot be rolled back", failed);
    }
  }
}
