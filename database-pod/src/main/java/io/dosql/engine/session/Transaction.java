package io.dosql.engine.session;

import io.dosql.engine.tenant.ReaderLease;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.WriterLease;
import java.util.ArrayList;
import java.util.List;

/** What a session has open. */
sealed interface Transaction {

  /** Nothing: each statement is on its own. */
  record None() implements Transaction {}

  None NONE = new None();

  /** A transaction that holds a snapshot, and may become a writing one unless it is read-only. */
  final class Reading implements Transaction {
    private static final long NO_SNAPSHOT = -1;

    private final Tenant.Use use;
    private final ReaderLease lease;
    private final boolean readOnly;
    // The statement that opened it and its savepoints: repeated on the writer if it comes to that.
    private final List<String> control = new ArrayList<>();
    private final SeenCommits.Mark mark;
    private long snapshotLsn = NO_SNAPSHOT;

    Reading(Tenant.Use use, ReaderLease lease, boolean readOnly, String opening) {
      this.use = use;
      this.lease = lease;
      this.readOnly = readOnly;
      this.mark = new SeenCommits.Mark(use.database());
      control.add(opening);
    }

    Tenant.Use use() {
      return use;
    }

    ReaderLease lease() {
      return lease;
    }

    /** What its snapshot could have seen: the same for all of its statements. */
    SeenCommits.Mark mark() {
      return mark;
    }

    boolean isReadOnly() {
      return readOnly;
    }

    List<String> control() {
      return control;
    }

    /** Before a statement reads: the snapshot is at least this new. */
    void readsAt(long lsn) {
      if (snapshotLsn == NO_SNAPSHOT) {
        snapshotLsn = lsn;
      }
    }

    /** Whether what it has read is still the newest state. */
    boolean isCurrent(long newestLsn) {
      return snapshotLsn == NO_SNAPSHOT || snapshotLsn == newestLsn;
    }
  }

  /** A transaction that holds the tenant's writer. */
  record Writing(Tenant.Use use, WriterLease lease) implements Transaction {}
}
