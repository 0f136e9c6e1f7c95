package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.CheckpointMode;
import io.dosql.engine.sqlite.CheckpointResult;
import io.dosql.engine.sqlite.DbConfig;
import io.dosql.engine.sqlite.Limit;
import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Opens SQLite the way that the engine relies on. Every call runs on a pool's thread. */
final class Connections {

  /** Bytes of a page, in every tenant: snapshots and restores need it to be the same everywhere. */
  static final int PAGE_SIZE = 4096;

  private static final int WRITER_STATEMENTS = 64;
  private static final int READER_STATEMENTS = 32;
  private static final int COPY_PAGES_PER_STEP = 1024;
  private static final int BYTES_PER_KIB = 1024;

  private static final int PATTERN_BYTES_MAX = 1_000;
  private static final int TRIGGER_DEPTH_MAX = 100;

  /** More than that SQLite takes for no number. */
  private static final long PAGES_MAX = 0xfffffffeL;

  private Connections() {}

  /**
   * @param nanoTime by which statements' time limits are measured
   * @param brake asked now and then whether a client's statement may go on
   * @param commitHook asked before each commit becomes visible; false vetoes it
   * @param committedFrames told after each commit how many frames the WAL then holds
   * @param whenFull what a client is told when the database or the disk has no more room
   */
  static TenantConnection openWriter(
      Path database,
      TenantLimits limits,
      LongSupplier nanoTime,
      Guard.Brake brake,
      BooleanSupplier commitHook,
      IntConsumer committedFrames,
      Supplier<DosqlException> whenFull) {
    SqliteConnection sqlite = SqliteConnection.open(database, OpenMode.CREATE);
    try {
      configure(sqlite, limits);
      sqlite.execute("PRAGMA page_size = " + PAGE_SIZE);
      sqlite.execute("PRAGMA auto_vacuum = NONE");
      sqlite.execute("PRAGMA journal_mode = WAL");
      limitPages(sqlite, limits.maxDatabaseBytes() / PAGE_SIZE);
      // The log syncs, SQLite does not: see docs/architecture.md.
      sqlite.execute("PRAGMA synchronous = OFF");
      sqlite.execute("PRAGMA wal_autocheckpoint = 0");
      sqlite.setCommitHook(commitHook);
      // Not before the pragma above, which would take it away.
      sqlite.setWalHook(committedFrames);
      return new TenantConnection(
          sqlite, WRITER_STATEMENTS, limits.maxStatementMemoryBytes(), brake, whenFull, nanoTime);
    } catch (RuntimeException failure) {
      sqlite.close();
      throw failure;
    }
  }

  static TenantConnection openReader(Path database, TenantLimits limits, LongSupplier nanoTime) {
    SqliteConnection sqlite = SqliteConnection.open(database, OpenMode.READ_ONLY);
    try {
      configure(sqlite, limits);
      return new TenantConnection(
          sqlite,
          READER_STATEMENTS,
          limits.maxStatementMemoryBytes(),
          Guard.Brake.NONE,
          Connections::fullForNoReason,
          nanoTime);
    } catch (RuntimeException failure) {
      sqlite.close();
      throw failure;
    }
  }

  /** A database that is larger already cannot grow. */
  private static void limitPages(SqliteConnection sqlite, long pages) {
    sqlite.execute("PRAGMA max_page_count = " + Math.min(PAGES_MAX, pages));
  }

  private static DosqlException fullForNoReason() {
    return new DosqlException(ErrorCode.RESOURCE_EXHAUSTED, "database or disk is full")
        .withSqliteCode("SQLITE_FULL");
  }

  private static void configure(SqliteConnection sqlite, TenantLimits limits) {
    // A close must never checkpoint: the log may not hold yet what that would write (rule 2).
    sqlite.configure(DbConfig.NO_CHECKPOINT_ON_CLOSE, true);
    sqlite.configure(DbConfig.DEFENSIVE, true);
    sqlite.configure(DbConfig.TRUSTED_SCHEMA, false);
    sqlite.configure(DbConfig.ENABLE_FOREIGN_KEYS, true);
    int _ = sqlite.limit(Limit.LENGTH, limits.maxValueBytes());
    int _ = sqlite.limit(Limit.SQL_LENGTH, limits.maxSqlBytes());
    // A pattern is compared at each place of a value, and nothing can stop that in between.
    int _ = sqlite.limit(Limit.LIKE_PATTERN_LENGTH, PATTERN_BYTES_MAX);
    int _ = sqlite.limit(Limit.TRIGGER_DEPTH, TRIGGER_DEPTH_MAX);
    sqlite.execute("PRAGMA cache_size = " + -limits.pageCacheBytes() / BYTES_PER_KIB);
    sqlite.execute("PRAGMA cell_size_check = ON");
  }

  /** A checkpoint after which, if it is complete, the database file is durable. */
  static CheckpointResult checkpointAndSync(SqliteConnection sqlite, CheckpointMode mode) {
    sqlite.execute("PRAGMA synchronous = FULL");
    try {
      return sqlite.checkpoint(mode);
    } finally {
      sqlite.execute("PRAGMA synchronous = OFF");
    }
  }

  /** Copies the database as {@code source} sees it into a new file; returns its pages. */
  static long copy(SqliteConnection source, Path target) {
    try (SqliteConnection copy = SqliteConnection.open(target, OpenMode.CREATE)) {
      copy.execute("PRAGMA synchronous = OFF");
      return transfer(source, copy);
    }
  }

  /** The pages of {@code source}; fails if there are none: nobody means to restore nothing. */
  static long requireContent(SqliteConnection source) {
    try (SqliteStatement count = source.prepare("PRAGMA page_count")) {
      long pages = count.step() ? count.integer(0) : 0;
      if (pages < 1) {
        throw new DosqlException(ErrorCode.RESTORE_FAILED, "the restored database is empty");
      }
      return pages;
    }
  }

  /**
   * Replaces the content of {@code target} by that of {@code source}, in one transaction. It may
   * then be larger than the limit for what clients write.
   */
  static void replace(SqliteConnection source, SqliteConnection target, TenantLimits limits) {
    limitPages(target, PAGES_MAX);
    try {
      long _ = transfer(source, target);
    } finally {
      limitPages(target, limits.maxDatabaseBytes() / PAGE_SIZE);
    }
  }

  private static long transfer(SqliteConnection source, SqliteConnection target) {
    int[] pages = new int[1];
    boolean complete =
        source.backupTo(
            target,
            COPY_PAGES_PER_STEP,
            (remaining, total, blocked) -> {
              pages[0] = total;
              return !blocked;
            });
    if (!complete) {
      throw new DosqlException(
          ErrorCode.INTERNAL, "a copy of the database was blocked, though nobody else can lock it");
    }
    return pages[0];
  }
}
