package io.dosql.engine.session;

import io.dosql.engine.log.CommitLog;
import io.dosql.engine.tenant.Settling;
import io.dosql.engine.tenant.TenantDatabase;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The commits that a session's answers depend on: the output gate's memory. */
final class SeenCommits {

  private static final Duration SETTLE_MAX = Duration.ofSeconds(30);

  /** What one read could have seen: marked when its snapshot is taken. */
  static final class Mark {
    private final TenantDatabase database;
    private volatile long lsn;

    Mark(TenantDatabase database) {
      this.database = database;
    }

    /** On the thread that reads, after the first step. */
    void set() {
      if (lsn == 0) {
        lsn = database.newestVisibleLsn();
      }
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
    TenantDatabase seenIn = database;
    if (seenIn != null) {
      Settling.await(log, seenIn.positionOf(newestLsn, SETTLE_MAX), SETTLE_MAX);
      database = null;
      newestLsn = 0;
    }
  }
}
