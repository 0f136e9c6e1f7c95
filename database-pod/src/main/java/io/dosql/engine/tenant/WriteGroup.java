package io.dosql.engine.tenant;

import io.dosql.engine.tenant.SharedWrite.CannotShareException;
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

  /** Whether a write may begin a group. */
  boolean admits(QueuedWrite<?> first) {
    if (!first.isShared()) {
      return false;
    }
    if (aloneLeft > 0) {
      aloneLeft--;
      return false;
    }
    return true;
  }

  /**
   * Runs {@code first} and what {@code more} gives until that gives null; all of them are done when
   * this returns. Throws nothing.
   *
   * @param more the next one in line if it may be shared
   * @return how many it were
   */
  int run(QueuedWrite<?> first, Supplier<@Nullable QueuedWrite<?>> more) {
    List<QueuedWrite<?>> members = new ArrayList<>();
    QueuedWrite<?> loner = null;
    boolean isCommitted = false;
    try {
      transaction.begin();
      QueuedWrite<?> write = first;
      boolean isSound = true;
      while (write != null) {
        QueuedWrite<?> tried = write;
        write = null;
        try {
          isSound = tried.runTogether() && transaction.isOpen();
          members.add(tried);
          write = isSound && members.size() < writesMax ? more.get() : null;
        } catch (CannotShareException alone) {
          loner = tried;
        }
      }
      isCommitted = isSound && transaction.commit();
    } catch (RuntimeException | Error failed) {
      // Each is told why, when it is run alone.
      LOG.debug("Writes are run one by one", failed);
    }
    int count = members.size();
    if (isCommitted) {
      members.forEach(QueuedWrite::tell);
    } else {
      rollBack();
      if (count > 1) {
        aloneLeft = ALONE_AFTER_SPOILED;
      }
      members.forEach(QueuedWrite::run);
    }
    if (loner != null) {
      loner.run();
      count++;
    } else if (count == 0) {
      first.run();
      count = 1;
    }
    return count;
  }

  private void rollBack() {
    try {
      transaction.rollBack();
    } catch (RuntimeException | Error failed) {
      LOG.debug("A transaction of several writes cannot be rolled back", failed);
    }
  }
}
