package io.dosql.engine.archiver;

import io.dosql.engine.log.LogPosition;

/** What of the commit log is in log objects. Any thread. */
public interface ArchivedLog {

  /**
   * Up to where those of the line that is written hold everything behind its begin, but for
   * recorded gaps. Goes back only when the line's end is looked for anew: another line may begin.
   */
  LogPosition archivedTo();

  /** Those that hold the parts from one position to another; both lie before the end. */
  LogObjectRange objects(LogPosition first, LogPosition last);

  /** How many were stored since the process started. */
  long stored();

  /**
   * Has objects stored, one an interval and with nothing in it where nothing is to be archived,
   * until {@link #stored} is so many: whoever stores one is the line's only writer.
   */
  void storeAtLeast(long objects);

  /** How many stretches of the log they do not hold. */
  long gaps();

  /** Whether another engine archives the line, so that nothing of it may be touched any more. */
  boolean isFenced();

  /**
   * Log objects by their numbers.
   *
   * @param first 0 if that is not known, as it is of those that an earlier process wrote
   * @param count how many from that one on
   */
  record LogObjectRange(long first, long count) {

    public static final LogObjectRange UNKNOWN = new LogObjectRange(0, 0);
  }
}
