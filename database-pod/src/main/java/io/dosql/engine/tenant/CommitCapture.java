package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.SqliteConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Follows the writer connection: before each commit it opens the gate's attempt, after it it takes
 * the commit from the WAL into the log. On the tenant's strand only.
 *
 * <p>That there was a commit, and how far it reaches, is what SQLite says, never what the WAL looks
 * like: a commit that failed in its last step leaves a whole one there, to be overwritten. See
 * {@link SqliteConnection#setWalHook}.
 */
final class CommitCapture {

  private final WalReader wal;
  private final CommitGate gate;
  private final CommitWriter commits;
  private final TenantLimits limits;
  private final DiskGuard disk;
  private final WriteStop writeStop;
  private final RowCapture rows;

  /** Frames of the WAL that SQLite told of and the log does not have yet; 0 for none. */
  private int committedFrames;

  /** SQLite was about to commit, and has not told yet whether it did. */
  private boolean isUntold;

  CommitCapture(
      WalReader wal,
      CommitGate gate,
      CommitWriter commits,
      TenantLimits limits,
      DiskGuard disk,
      WriteStop writeStop,
      RowCapture rows) {
    this.wal = wal;
    this.gate = gate;
    this.commits = commits;
    this.limits = limits;
    this.disk = disk;
    this.writeStop = writeStop;
    this.rows = rows;
  }

  /** Before a job that finds no transaction open. */
  void transactionBegins() throws IOException {
    disk.check();
    writeStop.check();
    wal.transactionBegins();
  }

  /** From SQLite, now and then while a client's statement runs; null lets it go on. */
  @Nullable DosqlException whyToStop() {
    if (isTooLarge()) {
      return SqlFailures.tooLarge(null);
    }
    DosqlException rowsAreLost = rows.whyToStop();
    if (rowsAreLost != null) {
      return rowsAreLost;
    }
    return disk.isNearlyFull() ? disk.refusal() : null;
  }

  /** What a client is told for whom there is no more room. */
  DosqlException whyFull() {
    return disk.isNearlyFull()
        ? disk.refusal()
        : new DosqlException(
                ErrorCode.QUOTA_EXCEEDED,
                "the tenant's database may have %d bytes, the limit maxDatabaseBytes; nothing was"
                        .formatted(limits.maxDatabaseBytes())
                    + " written")
            .withSuggestion(
                "Delete data, or raise the limit; a table whose largest rowid is taken is full,"
                    + " too.")
            .withSqliteCode("SQLITE_FULL");
  }

  /** From SQLite's commit hook; false vetoes. */
  boolean admitsCommit() {
    if (isTooLarge()) {
      return false;
    }
    rows.committing();
    attempt();
    return true;
  }

  private boolean isTooLarge() {
    try {
      return wal.uncommittedBytes() > limits.maxTransactionBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Before a commit of which the commit hook hears nothing. */
  void attempt() {
    isUntold = true;
    gate.attempt();
  }

  /** From SQLite's WAL hook, after a commit. */
  void committed(int frames) {
    isUntold = false;
    committedFrames = frames;
    rows.committed();
  }

  /**
   * Appends what was committed since the last call, and ends the gate's attempt. After a failure
   * the commit is in SQLite and not in the log, and this must not be used any more.
   */
  void capture(SqliteConnection writer) throws IOException {
    if (isUntold && writer.isAutocommit()) {
      // Makes SQLite tell of a commit that came without the end of a statement.
      writer.execute("SELECT 1");
    }
    isUntold = false;
    if (committedFrames > 0) {
      int frames = committedFrames;
      committedFrames = 0;
      // VACUUM commits without asking the commit hook.
      gate.attempt();
      commits.capture(frames, rows.take());
    } else if (gate.isAttempting()) {
      gate.abandoned();
    }
    rows.taken(writer.isAutocommit());
  }
}
