package io.dosql.engine.archiver;

import io.dosql.engine.archive.log.LogSpan;
import io.dosql.engine.archiver.ArchivedLog.LogObjectRange;
import io.dosql.engine.log.LogPosition;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which log object of this process holds which span of the log; the newest ones. Thread safe. */
final class StoredRanges {

  /** Some hours of objects, of which chains ask for the last minutes. */
  static final int OBJECTS_MAX = 10_000;

  private record Stored(LogSpan span, long number) {}

  /** By where they begin; guarded by this. */
  private final TreeMap<LogPosition, Stored> objects = new TreeMap<>();

  synchronized void add(LogSpan span, long number) {
    objects.put(span.from(), new Stored(span, number));
    while (objects.size() > OBJECTS_MAX) {
      objects.pollFirstEntry();
    }
  }

  /** Another line's objects have numbers of their own. */
  synchronized void clear() {
    objects.clear();
  }

  /** See {@link ArchivedLog#objects}. */
  synchronized LogObjectRange find(LogPosition first, LogPosition last) {
    @Nullable Stored low = holding(first);
    @Nullable Stored high = holding(last);
    return low == null || high == null
        ? LogObjectRange.UNKNOWN
        : new LogObjectRange(low.number(), high.number() - low.number() + 1);
  }

  private @Nullable Stored holding(LogPosition position) {
    Map.@Nullable Entry<LogPosition, Stored> found = objects.floorEntry(position);
    return found != null && position.compareTo(found.getValue().span().to()) < 0
        ? found.getValue()
        : null;
  }
}
