package io.dosql.engine.log;

/**
 * A place in the commit log: the number of bytes that were laid out before it since the log began.
 * Positions only grow; they have gaps where a segment's rest stayed unused. They mean something
 * only to the log that gave them: outside the process everything is keyed by epoch and LSN.
 *
 * @param bytes not negative
 */
public record LogPosition(long bytes) implements Comparable<LogPosition> {

  /** Where every log begins. */
  public static final LogPosition START = new LogPosition(0);

  public LogPosition {
    if (bytes < 0) {
      throw new IllegalArgumentException("A log position is not negative: " + bytes);
    }
  }

  @Override
  public int compareTo(LogPosition other) {
    return Long.compare(bytes, other.bytes);
  }

  /** The form of a segment's name: 16 hex digits. */
  @Override
  public String toString() {
    return "%016x".formatted(bytes);
  }
}
