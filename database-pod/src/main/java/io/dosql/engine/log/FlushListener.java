package io.dosql.engine.log;

/** Hears of each flush, for a histogram. Called on the flusher's thread: must not block. */
@FunctionalInterface
public interface FlushListener {

  /**
   * A batch has become durable.
   *
   * @param records parts in the batch
   * @param bytes bytes written, headers and padding included
   * @param nanos from the start of the write to the end of the sync
   */
  void flushed(int records, int bytes, long nanos);
}
