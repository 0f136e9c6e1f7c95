package io.dosql.engine.archive.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.ArchiveLine;
import io.dosql.engine.archive.ArchiveLine.Reason;
import io.dosql.engine.archive.ArchiveLines.Begun;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * Whatever engines did under one prefix, no line goes that a moment in the window may need, or that
 * somebody may still write.
 */
class LineRetentionProperties {

  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Duration HORIZON = Duration.ofDays(7).plusHours(1);
  private static final Duration MARGIN = Duration.ofDays(7);

  /** The lines of a store. */
  private static final class World implements LineRetention.Facts {
    final List<Begun> lines = new ArrayList<>();
    final Map<String, Instant> newest = new HashMap<>();
    final Map<String, Instant> wholeFrom = new HashMap<>();
    final Set<String> retired = new HashSet<>();

    String begin(@Nullable String previous, Instant begunAt, Instant stored) {
      String line = "line-" + lines.size();
      Reason reason = previous == null ? Reason.NewDirectory : Reason.Diverged;
      lines.add(
          new Begun(ArchiveLine.begin(line, "shop/orders", begunAt, reason, previous), stored));
      return line;
    }

    /** A line that has been written for some days. */
    String line(@Nullable String previous, long begunDay, long newestDay) {
      String line = begin(previous, day(begunDay), day(begunDay));
      newest.put(line, day(newestDay));
      wholeFrom.put(line, day(begunDay).plusSeconds(60));
      return line;
    }

    @Override
    public boolean isRetired(String line) {
      return retired.contains(line);
    }

    @Override
    public Optional<Instant> newest(String line) {
      return Optional.ofNullable(newest.get(line));
    }

    @Override
    public Optional<Instant> wholeFrom(Begun line) {
      return Optional.ofNullable(wholeFrom.get(line.document().line()));
    }

    List<String> excess(String own, Instant limit) {
      return new LineRetention(limit, MARGIN).excess(lines, own, this);
    }
  }

  private static Instant day(long day) {
    return BEGIN.plus(Duration.ofDays(day));
  }

  /** A process with a directory, and a clock that may be wrong. */
  private record Engine(String line, Duration clockError) {}

  /** The line that a moment lies in, by the rule of restores. */
  private static Optional<String> lineOf(List<Begun> lines, Instant moment) {
    return lines.stream()
        .map(Begun::document)
        .filter(line -> !line.begunAt().isAfter(moment))
        .max(ArchiveLine.IN_ORDER)
        .map(ArchiveLine::line);
  }

  @Property(tries = 3000)
  void whatAnybodyMayNeedStays(@ForAll long seed) {
    Random random = new Random(seed);
    World world = new World();
    List<Engine> engines = new ArrayList<>();
    Instant clock = BEGIN;
    engines.add(new Engine(world.begin(null, clock, clock), Duration.ZERO));
    for (int steps = 10 + random.nextInt(50); steps > 0; steps--) {
      clock = clock.plus(Duration.ofHours(random.nextInt(60)));
      int chosen = random.nextInt(engines.size());
      Engine engine = engines.get(chosen);
      Instant engineClock = clock.plus(engine.clockError());
      switch (random.nextInt(14)) {
        case 0 -> {
          String next = world.begin(engine.line(), engineClock, clock);
          engines.set(chosen, new Engine(next, engine.clockError()));
        }
        case 1 -> {
          Duration error =
              random.nextBoolean() ? Duration.ZERO : Duration.ofHours(random.nextInt(97) - 48);
          engines.add(new Engine(world.begin(null, clock.plus(error), clock), error));
        }
        case 2 -> engines.add(engine);
        case 3, 4 -> {
          if (engines.size() > 1) {
            engines.remove(chosen);
          }
        }
        case 5 -> world.wholeFrom.remove(engine.line());
        default -> {
          world.newest.put(engine.line(), clock);
          if (random.nextInt(4) > 0) {
            world.wholeFrom.putIfAbsent(engine.line(), clock);
          }
        }
      }
    }
    for (Engine engine : engines) {
      Instant now =
          earlier(clock.plus(engine.clockError()), world.newest(engine.line()).orElse(BEGIN));
      check(world, engine.line(), now.minus(HORIZON));
    }
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private static void check(World world, String own, Instant limit) {
    List<String> excess = world.excess(own, limit);
    List<Begun> rest =
        world.lines.stream().filter(line -> !excess.contains(line.document().line())).toList();
    assertThat(excess).doesNotContain(own);
    for (String line : excess) {
      boolean isNamed =
          world.lines.stream().anyMatch(other -> line.equals(other.document().previousLine()));
      Instant before = isNamed ? limit : limit.minus(MARGIN);
      assertThat(world.newest(line).orElse(Instant.MIN)).isBefore(before);
    }
    List<Instant> moments = new ArrayList<>(List.of(limit, limit.plus(HORIZON)));
    for (Begun line : world.lines) {
      moments.add(line.document().begunAt());
      moments.add(line.document().begunAt().minusMillis(1));
    }
    for (Instant moment : moments) {
      Optional<String> before = lineOf(world.lines, moment);
      Optional<String> after = lineOf(rest, moment);
      if (!moment.isBefore(limit)) {
        assertThat(after).describedAs("%s", moment).isEqualTo(before);
      } else if (after.isPresent()) {
        assertThat(after).describedAs("in no line rather than in another").isEqualTo(before);
      }
    }
    if (!excess.isEmpty()) {
      assertThat(rest)
          .describedAs("something proves that what they held is elsewhere")
          .anySatisfy(
              line ->
                  assertThat(world.wholeFrom(line))
                      .hasValueSatisfying(from -> assertThat(from).isBefore(limit)));
    }
  }

  @Example
  void anEndedLineGoesAfterTheWindow_ifItsSuccessorNamesIt() {
    World world = new World();
    String old = world.line(null, 0, 5);
    String own = world.line(old, 5, 20);
    assertThat(world.excess(own, day(5))).isEmpty();
    assertThat(world.excess(own, day(6))).containsExactly(old);
  }

  @Example
  void whatWasWrittenAfterTheSuccessorBegan_countsAsTheEnd() {
    World world = new World();
    String old = world.line(null, 0, 8);
    String own = world.line(old, 5, 20);
    assertThat(world.excess(own, day(8))).isEmpty();
    assertThat(world.excess(own, day(9))).containsExactly(old);
  }

  @Example
  void aLineThatNoOtherNames_staysLonger() {
    World world = new World();
    String old = world.line(null, 0, 5);
    String own = world.line(null, 5, 30);
    assertThat(world.excess(own, day(12))).isEmpty();
    assertThat(world.excess(own, day(13))).containsExactly(old);
  }

  @Example
  void theStoresTimeOfTheSuccessorCounts_whereItsClockWasWrong() {
    World world = new World();
    String old = world.line(null, 0, 1);
    String own = world.begin(old, day(2), day(5));
    world.wholeFrom.put(own, day(2));
    assertThat(world.excess(own, day(5))).isEmpty();
    assertThat(world.excess(own, day(6))).containsExactly(old);
  }

  @Example
  void asLongAsNothingProvesALaterLineWhole_allStay() {
    World world = new World();
    String old = world.line(null, 0, 5);
    String own = world.line(old, 5, 30);
    world.wholeFrom.put(own, day(15));
    assertThat(world.excess(own, day(15))).isEmpty();
    world.wholeFrom.remove(own);
    assertThat(world.excess(own, day(16))).isEmpty();
    world.wholeFrom.put(own, day(15));
    assertThat(world.excess(own, day(16))).containsExactly(old);
  }

  @Example
  void whatIsBehindALineThatStays_stays() {
    World world = new World();
    String written = world.line(null, 0, 20);
    String old = world.line(null, 1, 2);
    String own = world.line(old, 3, 30);
    assertThat(world.excess(own, day(19))).isEmpty();
    assertThat(world.excess(own, day(28))).containsExactly(written, old);
  }

  @Example
  void linesBegunAfterTheOwnOne_stay() {
    World world = new World();
    String own = world.line(null, 0, 60);
    String stray = world.line(own, 1, 2);
    String named = world.line(stray, 3, 4);
    assertThat(world.excess(own, day(50))).isEmpty();
    assertThat(world.excess(named, day(50))).isEmpty();
  }

  @Example
  void withoutTheOwnLinesDocument_nothingGoes() {
    World world = new World();
    String old = world.line(null, 0, 1);
    String _ = world.line(old, 2, 60);
    assertThat(world.excess("unknown", day(50))).isEmpty();
  }

  @Example
  void whatWasDecidedBeforeGoesOn() {
    World world = new World();
    String old = world.line(null, 0, 20);
    String own = world.line(old, 5, 20);
    world.retired.add(old);
    assertThat(world.excess(own, day(6))).containsExactly(old);
    world.retired.add(own);
    assertThat(world.excess(own, day(6))).containsExactly(old);
  }
}
