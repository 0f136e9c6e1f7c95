package io.dosql.engine.archive.log;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * All log objects of one line. Failures are {@link DosqlException}, as those of the store and of
 * {@link LogObject}. Any number of threads.
 */
public final class LogObjects {

  /**
   * How many objects behind the oldest one are looked at one by one before the newest one is
   * searched for: a page of a listing.
   */
  private static final int WALK_MAX = 1000;

  private final ObjectStore store;
  private final ArchiveLayout layout;
  private final String line;

  public LogObjects(ObjectStore store, ArchiveLayout layout, String line) {
    this.store = store;
    this.layout = layout;
    this.line = line;
  }

  public String line() {
    return line;
  }

  /**
   * The number of the newest object; empty if there is none. Numbers may be missing below it, since
   * retention deletes. Takes some 2 log₂(n) listings.
   */
  public OptionalLong last() {
    Iterator<ObjectInfo> oldest = after(0);
    long low = 0;
    for (int i = 0; i < WALK_MAX && oldest.hasNext(); i++) {
      low = number(oldest.next());
    }
    if (!oldest.hasNext()) {
      return low == 0 ? OptionalLong.empty() : OptionalLong.of(low);
    }
    // Invariant: there are objects behind low. From the loop on, there are none behind high.
    long step = WALK_MAX;
    while (hasAfter(low + step)) {
      low += step;
      step *= 2;
    }
    long high = low + step;
    while (high - low > WALK_MAX) {
      long middle = low + (high - low) / 2;
      if (hasAfter(middle)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return listAfter(low).mapToLong(Stored::number).max();
  }

  private boolean hasAfter(long number) {
    return after(number).hasNext();
  }

  /** The objects with higher numbers, in order; fetched while the stream is used. */
  public Stream<Stored> listAfter(long number) {
    Iterable<ObjectInfo> infos = () -> after(number);
    return StreamSupport.stream(infos.spliterator(), false)
        .map(info -> new Stored(number(info), info.sizeBytes(), info.lastModified()));
  }

  /**
   * An object as a listing shows it.
   *
   * @param modified by the store's clock
   */
  public record Stored(long number, long sizeBytes, Instant modified) {}

  private Iterator<ObjectInfo> after(long number) {
    String folder = layout.absolute(layout.logObjects(line));
    String after = number == 0 ? null : layout.absolute(layout.logObject(line, number));
    return store.list(folder, after);
  }

  private long number(ObjectInfo info) {
    return layout.numberOfLogObject(line, info.key());
  }

  /**
   * Halves a range of numbers.
   *
   * @param holds for a number, if it does for all before it
   * @return the greatest number for which it holds; one less than {@code first} if there is none
   */
  public static long lastThat(long first, long last, LongPredicate holds) {
    long low = first - 1;
    long high = last;
    while (low < high) {
      long middle = low + (high - low + 1) / 2;
      if (holds.test(middle)) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** Opens the object of that number; {@code STORAGE_NOT_FOUND} if there is none. */
  public LogObject open(long number) {
    return LogObject.open(store, key(number), line, number);
  }

  /** The same, empty if there is none. */
  public Optional<LogObject> find(long number) {
    try {
      return number < 1 ? Optional.empty() : Optional.of(open(number));
    } catch (DosqlException failure) {
      if (failure.code() == ErrorCode.STORAGE_NOT_FOUND) {
        return Optional.empty();
      }
      throw failure;
    }
  }

  /** Deletes objects; of several some may go before others. */
  public void delete(List<Long> numbers) {
    store.delete(numbers.stream().map(this::key).toList());
  }

  /** The key in the store of the object of that number. */
  public String key(long number) {
    return layout.absolute(layout.logObject(line, number));
  }

  /**
   * Stores an object under the number that it has.
   *
   * @return {@code ALREADY_EXISTS} if the number is taken, by another writer or by an earlier try
   *     of this one whose answer was lost
   */
  public PutResult put(SpooledLogObject object) {
    return store.putIfAbsent(key(object.header().place().number()), object.content(), Map.of());
  }
}
