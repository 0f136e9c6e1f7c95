package io.dosql.engine.archive.log;

import io.dosql.engine.log.LogPosition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/**
 * Knows which log objects of a line no moment needs that is to be restorable.
 *
 * <p>The proof is in the objects themselves. One says up to which position all commits were in
 * chains when it was made ({@link LogObjectPlace#chainedTo}); so whoever restores to the moment at
 * which it was made, or a later one, finds them in chains, and needs no object that ends before
 * that position. Neither the chains nor the tenants need be looked at.
 *
 * <p>Failures are {@link io.dosql.engine.error.DosqlException}, as those of {@link LogObjects}. One
 * thread.
 */
public final class LogRetention {

  /** So many objects are deleted in one go: those of one listing. */
  private static final int BATCH = 1000;

  private final LogObjects objects;
  private final Runnable pace;

  /** {@code pace}: called before each request to the store. */
  public LogRetention(LogObjects objects, Runnable pace) {
    this.objects = objects;
    this.pace = pace;
  }

  /**
   * The line as it is in the store.
   *
   * @param first number from which on no object is missing
   * @param last number of the newest one
   * @param newest when the store got that, by its own clock
   */
  public record Extent(long first, long last, Instant newest) {}

  /**
   * What may go.
   *
   * @param last number of the last object that may go, with all before it; less than that of the
   *     first one if none may
   * @param keptFrom everything from that moment on stays restorable, if chains keep what it needs
   */
  public record Excess(long last, Instant keptFrom) {}

  /** What there is; empty if there is nothing. */
  public Optional<Extent> extent() {
    pace.run();
    OptionalLong last = objects.last();
    if (last.isEmpty()) {
      return Optional.empty();
    }
    pace.run();
    // What an interrupted deletion has left is among these.
    List<Long> oldest =
        objects.listAfter(0).limit(2L * BATCH).map(LogObjects.Stored::number).toList();
    long first = oldest.getFirst();
    for (int i = 1; i < oldest.size(); i++) {
      if (oldest.get(i) != oldest.get(i - 1) + 1) {
        first = oldest.get(i);
      }
    }
    pace.run();
    long end = last.getAsLong();
    long lowest = first;
    return objects
        .listAfter(end - 1)
        .findFirst()
        .map(newest -> new Extent(lowest, newest.number(), newest.modified()));
  }

  /**
   * What of the line may go so that everything from a moment on stays restorable.
   *
   * @return empty if that moment is before all that is proved
   */
  public Optional<Excess> excess(Extent extent, Instant moment) {
    long number =
        lastThat(extent.first(), extent.last(), object -> !proves(object).isAfter(moment));
    return lastWithCommits(extent.first(), number)
        .filter(object -> !proves(object).isAfter(moment))
        .map(object -> excess(extent, object));
  }

  /** As little as the rest proves is kept by chains, or they would hold less than objects do. */
  private Excess excess(Extent extent, LogObject witness) {
    long last = endingBefore(extent, witness);
    LogPosition begin =
        at(Math.max(extent.first(), last + 1))
            .map(object -> object.header().place().span().from())
            .orElse(LogPosition.START);
    return new Excess(
        last,
        begin.equals(LogPosition.START)
            ? Instant.MIN
            : provedFrom(extent, begin).orElseGet(() -> proves(witness)));
  }

  /**
   * From which moment on what is stored is whole, so that everything is restorable; empty if
   * nothing proves it yet, as long as chains have not caught up with a gap or with what was there
   * before the line.
   */
  public Optional<Instant> wholeFrom(Extent extent) {
    Optional<LogObject> oldest = at(extent.first());
    Optional<LogObject> newest = at(extent.last());
    if (oldest.isEmpty() || newest.isEmpty()) {
      return Optional.empty();
    }
    LogPosition begin = oldest.get().header().place().span().from();
    LogPosition behindGap =
        newest.get().header().place().lastGap().map(LogSpan::to).orElse(LogPosition.START);
    LogPosition from = begin.compareTo(behindGap) >= 0 ? begin : behindGap;
    if (from.equals(LogPosition.START)) {
      // Nothing was there before the line.
      return oldestCommit(extent);
    }
    return provedFrom(extent, from);
  }

  /** The time of the oldest commit that log objects hold; empty if they hold none. */
  public Optional<Instant> oldestCommit(Extent extent) {
    return firstWithCommits(extent.first(), extent.last())
        .map(object -> object.header().firstTime());
  }

  /** From when on chains hold all that ends before a position. */
  private Optional<Instant> provedFrom(Extent extent, LogPosition position) {
    long before =
        lastThat(
            extent.first(),
            extent.last(),
            object -> object.header().place().chainedTo().compareTo(position) < 0);
    return firstWithCommits(before + 1, extent.last()).map(LogRetention::proves);
  }

  /**
   * Deletes some of what may go, the oldest first.
   *
   * @return how many; 0 if there is nothing left
   */
  public int delete(Excess excess) {
    pace.run();
    List<Long> numbers =
        objects
            .listAfter(0)
            .limit(BATCH)
            .map(LogObjects.Stored::number)
            .filter(number -> number <= excess.last())
            .toList();
    if (!numbers.isEmpty()) {
      pace.run();
      objects.delete(numbers);
    }
    return numbers.size();
  }

  /** The greatest number whose object ends before what a witness says to be in chains. */
  private long endingBefore(Extent extent, LogObject witness) {
    LogObjectPlace place = witness.header().place();
    return lastThat(
        extent.first(),
        place.number() - 1,
        object -> object.header().place().span().to().compareTo(place.chainedTo()) <= 0);
  }

  // Only an object with a commit has a time of the log.

  private Optional<LogObject> firstWithCommits(long first, long last) {
    return withCommits(LongStream.rangeClosed(first, last));
  }

  private Optional<LogObject> lastWithCommits(long first, long last) {
    return withCommits(LongStream.rangeClosed(first, last).map(number -> first + last - number));
  }

  private Optional<LogObject> withCommits(LongStream numbers) {
    return numbers
        .mapToObj(this::at)
        .flatMap(Optional::stream)
        .filter(object -> object.header().commits() > 0)
        .findFirst();
  }

  private Optional<LogObject> at(long number) {
    pace.run();
    return objects.find(number);
  }

  /**
   * From when on what it says of chains holds. Times of the log never go back, those of the clock
   * may; a millisecond more, since a commit of the same one may have followed.
   */
  private static Instant proves(LogObject object) {
    LogObjectHeader header = object.header();
    Instant made = header.place().madeAt();
    Instant last = header.lastTime();
    return (made.isAfter(last) ? made : last).plus(1, ChronoUnit.MILLIS);
  }

  /** As {@link LogObjects#lastThat}; it holds for those that are missing, which went before. */
  private long lastThat(long first, long last, Predicate<LogObject> condition) {
    return LogObjects.lastThat(first, last, number -> at(number).map(condition::test).orElse(true));
  }
}
