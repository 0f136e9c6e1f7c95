package io.dosql.engine.sqlite;

/** How far a checkpoint goes and whom it waits for (at most the busy timeout). */
public enum CheckpointMode {
  /** Copies what it can without waiting for anyone. */
  PASSIVE(0),
  /** Waits for writers and for readers of older snapshots, then copies all. */
  FULL(1),
  /** As FULL, then waits until no reader uses the log, so that the next write starts it anew. */
  RESTART(2),
  /** As RESTART, then cuts the log file to zero bytes. */
  TRUNCATE(3);

  private final int code;

  CheckpointMode(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }
}
