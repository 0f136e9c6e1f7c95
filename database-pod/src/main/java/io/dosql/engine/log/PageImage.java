package io.dosql.engine.log;

import java.nio.ByteBuffer;

/**
 * A database page as a commit left it.
 *
 * @param number from 1 to 2^32 - 2, as in SQLite's file format
 * @param content exactly one page; never moved by the log, which reads it through duplicates, and
 *     must not be changed by the caller before {@link CommitLog#append} returned
 */
public record PageImage(long number, ByteBuffer content) {

  /** The highest page number that SQLite knows. */
  static final long MAX_NUMBER = 0xFFFF_FFFEL;

  public PageImage {
    if (number < 1 || number > MAX_NUMBER) {
      throw new IllegalArgumentException(
          "A page number is from 1 to " + MAX_NUMBER + ": " + number);
    }
  }
}
