package io.dosql.engine.sqlite;

/**
 * What a checkpoint did.
 *
 * @param busy true when another connection kept it from going as far as its mode asks
 * @param logFrames frames in the write-ahead log; -1 when the database is not in WAL mode
 * @param checkpointedFrames how many of them the database file now holds; -1 as above
 */
public record CheckpointResult(boolean busy, int logFrames, int checkpointedFrames) {

  /** Whether the database file now holds everything that the log holds. */
  public boolean isComplete() {
    return !busy && logFrames == checkpointedFrames;
  }
}
