package io.dosql.engine.archive.restore;

import io.dosql.engine.archive.log.LogObjectHeader;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.log.LogRetention;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A line's log objects as one order sees them. What is newest is looked up once: what comes later
 * is not part of it. One thread.
 */
final class SeenObjects {

  private final LogObjects objects;
  private final OpenedObjects opened;
  private @Nullable OptionalLong last;

  SeenObjects(LogObjects objects) {
    this.objects = objects;
    this.opened = new OpenedObjects(objects);
  }

  String line() {
    return objects.line();
  }

  /** Those that were looked at. */
  OpenedObjects opened() {
    return opened;
  }

  /** Number of the newest one; empty if there is none. */
  OptionalLong last() {
    OptionalLong found = last == null ? objects.last() : last;
    last = found;
    return found;
  }

  /** Number of the oldest one; 0 if there is none. */
  long first() {
    return objects.listAfter(0).findFirst().map(LogObjects.Stored::number).orElse(0L);
  }

  /** See {@link ArchiveHistory#wholeFrom}. */
  Optional<Instant> wholeFrom() {
    LogRetention retention = new LogRetention(objects, () -> {});
    return retention.extent().flatMap(retention::wholeFrom);
  }

  String key(long number) {
    return objects.key(number);
  }

  /** Empty if there is no such object. */
  Optional<SeenObject> find(long number) {
    return opened.find(number);
  }

  /**
   * The same, for whoever goes through all objects up to {@code last}: the next few are read ahead.
   */
  Optional<SeenObject> findInOrder(long number, long last) {
    opened.readAhead(
        LongStream.rangeClosed(number, Math.min(last, number + OpenedObjects.AHEAD_MAX)));
    return opened.find(number);
  }

  /**
   * A number behind which no object has a commit of a moment or from before it; not always the
   * lowest such, for objects without a commit tell no time.
   */
  long notBehind(Instant time) {
    long before = lastThat(header -> header.commits() == 0 || !header.lastTime().isAfter(time));
    return Math.min(before + 1, last().orElse(0));
  }

  /** The highest number for which it holds, if it does for all before; those missing count so. */
  long lastThat(Predicate<LogObjectHeader> condition) {
    return LogObjects.lastThat(
        1,
        last().orElse(0),
        number -> find(number).map(SeenObject::header).map(condition::test).orElse(true));
  }
}
