package io.dosql.engine.sqlite;

/** Is told of a running backup, and decides whether it goes on. */
@FunctionalInterface
public interface BackupProgress {

  /**
   * Called after each step, on the thread that backs up, with no lock on the source: other
   * connections can write meanwhile. Neither of the two connections can be used here.
   *
   * @param remainingPages pages still to copy; 0 after the last step
   * @param totalPages pages of the source as of this step
   * @param blocked true when the step copied nothing because another connection holds a lock, after
   *     waiting for the busy timeout; pause here before going on
   * @return false to give up; the destination is then as it was
   */
  boolean goOn(int remainingPages, int totalPages, boolean blocked);
}
