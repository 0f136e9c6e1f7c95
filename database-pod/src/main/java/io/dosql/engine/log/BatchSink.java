package io.dosql.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Where batches become durable: the active segment and fdatasync. With replicas it would be a
 * quorum that has agreed on the batch, which is then appended to the segments by the same call on
 * each.
 */
interface BatchSink {

  /**
   * Makes a batch durable; on return nothing can take it back. Called by one thread, batch after
   * batch.
   *
   * @param position where the batch begins
   * @param sequence its number, without gaps
   * @param batch consumed, unless there was no space for it
   * @param latestTimeMillis the latest time in the log
   * @throws NoSpaceException if it was not begun, so that it may be given again
   */
  void write(long position, long sequence, ByteBuffer batch, long latestTimeMillis)
      throws IOException;
}
