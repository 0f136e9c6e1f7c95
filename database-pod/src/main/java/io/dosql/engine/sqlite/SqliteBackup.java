package io.dosql.engine.sqlite;

/** One run of SQLite's online backup, between two connections that the thread holds. */
final class SqliteBackup {

  private final SqliteConnection source;
  private final SqliteConnection destination;

  SqliteBackup(SqliteConnection source, SqliteConnection destination) {
    this.source = source;
    this.destination = destination;
  }

  boolean run(int pagesPerStep, BackupProgress progress) {
    long backup =
        BackupCalls.begin(
            destination.handle(), Native.MAIN_SCHEMA, source.handle(), Native.MAIN_SCHEMA);
    if (backup == 0) {
      throw destination.failure(ConnectionCalls.errorCode(destination.handle()));
    }
    int code;
    boolean complete;
    try {
      complete = copy(backup, pagesPerStep, progress);
    } finally {
      // Rolls the destination back unless the copy is complete.
      code = BackupCalls.finish(backup);
    }
    source.hooks().throwIfFailed();
    destination.hooks().throwIfFailed();
    // When the copy was given up while blocked, that is what the code still says.
    if (code != Native.OK && (complete || !isBlocked(code))) {
      throw destination.failure(code);
    }
    return complete;
  }

  /** Returns false when it was given up, or when it failed, which finishing the backup reports. */
  private boolean copy(long backup, int pagesPerStep, BackupProgress progress) {
    while (true) {
      int code = BackupCalls.step(backup, pagesPerStep);
      boolean blocked = isBlocked(code);
      if (code != Native.OK && code != Native.DONE && !blocked) {
        return false;
      }
      boolean goOn = ask(backup, progress, blocked);
      if (code == Native.DONE) {
        return true;
      }
      if (!goOn) {
        return false;
      }
    }
  }

  private boolean ask(long backup, BackupProgress progress, boolean blocked) {
    int remainingPages = BackupCalls.remainingPages(backup);
    int totalPages = BackupCalls.totalPages(backup);
    source.guard().beginCallback();
    destination.guard().beginCallback();
    try {
      return progress.goOn(remainingPages, totalPages, blocked);
    } finally {
      destination.guard().endCallback();
      source.guard().endCallback();
    }
  }

  private static boolean isBlocked(int code) {
    if (code == Native.OK || code == Native.DONE) {
      return false;
    }
    ResultCode base = ResultCode.of(code).base();
    return base == ResultCode.BUSY || base == ResultCode.LOCKED;
  }
}
