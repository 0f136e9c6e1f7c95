package io.dosql.engine.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file of a {@link LogStorage}. Not for use by two threads at once. An interrupt may close
 * it (as it does a {@link java.nio.channels.FileChannel}), therefore no two users share one.
 */
public interface LogFile extends Closeable {

  long sizeBytes() throws IOException;

  /**
   * Reads up to {@code target.remaining()} bytes; may be short.
   *
   * @return the number of bytes, -1 at or behind the end of the file
   */
  int read(ByteBuffer target, long offset) throws IOException;

  /**
   * Writes up to {@code source.remaining()} bytes; may be short. Durable only after {@link #sync}.
   *
   * @return the number of bytes
   */
  int write(ByteBuffer source, long offset) throws IOException;

  /**
   * Makes durable what was written to this file, and its size, through whichever open file. After a
   * failure nothing is known of what is durable.
   */
  void sync() throws IOException;
}
