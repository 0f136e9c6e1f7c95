package io.dosql.engine.log;

import java.util.Map;

/**
 * A stretch of the log that does not check out and that no crash left so. Records in it that check
 * out are used all the same.
 *
 * @param file the segment's file name
 * @param offset where in the file the first fault is, in bytes
 * @param start position from which on something is missing
 * @param end position behind it
 * @param expected what should be at the offset
 * @param actual what is there
 * @param isDescribed whether a batch behind it tells whose commits were in it
 * @param lost by tenant the parts that are told of and not found; all that is lost if it is
 *     described
 */
public record LogDamage(
    String file,
    long offset,
    LogPosition start,
    LogPosition end,
    String expected,
    String actual,
    boolean isDescribed,
    Map<String, LostLsns> lost) {

  /** The LSNs among which a tenant's lost parts are. */
  public record LostLsns(long first, long last) {}

  public LogDamage {
    lost = Map.copyOf(lost);
  }

  static LogDamage undescribed(long start, long end, CorruptLogException fault) {
    return new LogDamage(
        fault.file(),
        fault.offset(),
        new LogPosition(start),
        new LogPosition(end),
        fault.expected(),
        fault.actual(),
        false,
        Map.of());
  }

  LogDamage describedBy(Map<String, LostLsns> lostByTenant) {
    return new LogDamage(file, offset, start, end, expected, actual, true, lostByTenant);
  }

  /** The most commits that can have been in it. */
  long maxCommits() {
    return Math.max(1, (end.bytes() - start.bytes()) / RecordHeader.BYTES);
  }

  /** For people: where, and what is wrong there. */
  public String description() {
    return "segment %s of the commit log is damaged at offset %d, in a stretch of %d bytes: expected %s, found %s"
        .formatted(file, offset, end.bytes() - start.bytes(), expected, actual);
  }
}
