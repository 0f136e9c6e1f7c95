package io.dosql.engine.sqlite;

import java.util.OptionalLong;

/**
 * The memory that SQLite takes, bounded for each client's statement and for the process. Where the
 * library is not the engine's own nothing is bounded, and {@link #isBounded} is false.
 *
 * <p>A statement that is refused memory fails with SQLITE_NOMEM, and what it has done is undone.
 */
public final class SqliteHeap {

  /** Who refused a statement memory. */
  public enum Refusal {
    NONE,
    /** Its own limit. */
    STATEMENT,
    /** The limit of the process. */
    PROCESS,
    /** A test. */
    TEST
  }

  private static final Refusal[] REFUSALS = Refusal.values();

  private SqliteHeap() {}

  /** Whether this process's library counts, and refuses. */
  public static boolean isBounded() {
    return HeapCalls.isPresent();
  }

  /**
   * What the heap may grow to before large statements are refused, those that have taken an eighth
   * of their own limit; 0 for anything.
   */
  public static void limitProcess(long bytes) {
    HeapCalls.limit(bytes);
  }

  /** About what SQLite holds in this process; empty where it is not counted. */
  public static OptionalLong usedBytes() {
    return isBounded() ? OptionalLong.of(HeapCalls.used()) : OptionalLong.empty();
  }

  /** From here on to {@link #endStatement}, on this thread, a client's statement runs. */
  public static void beginStatement(long maxBytes) {
    HeapCalls.begin(maxBytes);
  }

  /** Ends it. */
  public static Refusal endStatement() {
    return REFUSALS[HeapCalls.end()];
  }

  /** For tests: the {@code count}-th allocation of the statement begun on this thread fails. */
  public static void failAllocation(long count) {
    HeapCalls.failIn(count);
  }
}
