package io.dosql.engine.log;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A segment's place in the log.
 *
 * @param start position of its first byte
 * @param sizeBytes size of its file
 */
record Segment(long start, long sizeBytes) {

  private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})\\.log");

  long end() {
    return start + sizeBytes;
  }

  /** The position of its first batch. */
  long firstBatch() {
    return start + SegmentHeader.BYTES;
  }

  long offsetOf(long position) {
    return position - start;
  }

  String fileName() {
    return fileName(start);
  }

  static String fileName(long start) {
    return "%016x.log".formatted(start);
  }

  /** The start position that a file's name says, empty if it is no segment's name. */
  static Optional<Long> startOf(String fileName) {
    Matcher matcher = NAME.matcher(fileName);
    return matcher.matches()
        ? Optional.of(Long.parseUnsignedLong(matcher.group(1), 16)).filter(start -> start >= 0)
        : Optional.empty();
  }
}
