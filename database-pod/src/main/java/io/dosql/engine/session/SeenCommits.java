package io.dosql.engine.session;

import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.tenant.Settling;
import io.dosql.engine.tenant.TenantDatabase;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The commits that a session's answers depend on: the output gate's memory. */
final class SeenCommits {

  private static final Duration SETTLE_MAX = Duration.ofSeconds(30);

  /**
   * What the reads of one transaction could have seen. Moves on until the transaction holds a
   * snapshot: what it has run before then, such as {@code SELECT 1} or SAVEPOINT, fixes nothing.
   */
  static final class Mark {
    private final TenantDatabase database;
    private volatile long lsn;
    private volatile boolean pinned;

    Mark(TenantDatabase database) {
      this.database = database;
    }

    /** On the thread that reads, after a statement's first step, or after it has failed. */
    void set(SqliteConnection sqlite) {
      if (!pinned) {
        lsn = database.newestVisibleLsn();
        pinned = sqlite.holdsSnapshot();
      }
    }

    long lsn() {
      return lsn;
    }
  }

  private final CommitLog log;
  private @Nullable TenantDatabase database;
  private long newestLsn;

  SeenCommits(CommitLog log) {
    this.log = log;
  }

  /** An answer may hold what a read saw. */
  void add(Mark mark) {
    add(mark.database, mark.lsn);
  }

  /** An answer may hold what the commit {@code lsn} wrote. */
  void add(TenantDatabase seenIn, long lsn) {
    if (database != seenIn) {
      // The tenant slept in between: what was seen before has another gate.
      settle();
      database = seenIn;
    }
    newestLsn = Math.max(newestLsn, lsn);
  }

  /** Returns when all of it is durable. */
  void settle() {
    settle(Durability.STRICT);
  }

  /**
   * Returns when all of it is durable, or, for a relaxed answer, in the log's memory. When it will
   * not be, this fails, and the answers that depend on it are void; those that follow are judged by
   * what they see themselves.
   */
  void settle(Durability level) {
    TenantDatabase seenIn = database;
    long lsn = newestLsn;
    database = null;
    newestLsn = 0;
    if (seenIn != null) {
      LogPosition position = seenIn.positionOf(lsn, SETTLE_MAX);
      switch (level) {
        case STRICT -> Settling.await(log, position, SETTLE_MAX);
        case RELAXED -> {
          // A later answer that is strict waits for it.
          database = seenIn;
          newestLsn = lsn;
        }
      }
    }
  }
}
