package io.dosql.engine.session;

import io.dosql.engine.sqlite.Column;
import io.dosql.engine.sqlite.Row;
import java.util.List;

/**
 * The result of one statement that reads, taken a part at a time: no more of it is in memory than
 * its reader wants. Until closed it holds a reader connection and the snapshot that it reads, but
 * between two parts no thread. One call at a time; any (virtual) thread.
 */
public interface RowStream extends AutoCloseable {

  /** The result's columns. */
  List<Column> columns();

  /** Takes rows, on the thread that steps the statement: must not block. */
  @FunctionalInterface
  interface Part {

    /**
     * @param row valid only during the call
     * @return whether it wants another row now
     */
    boolean row(Row row);
  }

  /**
   * Hands out rows until {@code part} wants no more, or there are no more.
   *
   * @return whether there are more
   * @throws io.dosql.engine.error.DosqlException TIMEOUT when the statement has run for as long as
   *     the session's statementTimeout allows, the time between two calls not counted; what {@code
   *     part} throws; after either the stream can only be closed
   */
  boolean fetch(Part part);

  /** What the statement did so far. */
  Outcome outcome();

  /** Gives connection and snapshot back. Idempotent. */
  @Override
  void close();
}
