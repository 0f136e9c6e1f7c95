package io.dosql.engine.sqlite;

/** Counters of one statement, over all its runs since the last reset of the counter. */
public enum StatementCounter {
  /** Steps forward in a full table scan. */
  FULL_SCAN_STEPS(1),
  /** Sort operations. */
  SORTS(2),
  /** Rows put into automatic indexes. */
  AUTO_INDEX_ROWS(3),
  /** Instructions run. */
  VM_STEPS(4),
  /** How often the statement was compiled again. */
  REPREPARES(5),
  /** Runs begun. */
  RUNS(6),
  /** Heap bytes that the statement takes; not a counter, cannot be reset. */
  MEMORY_USED(99);

  private final int code;

  StatementCounter(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
