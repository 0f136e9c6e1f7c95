package io.dosql.engine.archive.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.FaultyObjectStore;
import io.dosql.engine.log.DrivenLog;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LogReader;
import io.dosql.engine.log.StoredPart;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogRetentionTest {

  private static final String LINE = "7f3a";
  private static final Instant BEGIN = Instant.parse("2026-11-24T02:00:00Z");

  @TempDir Path folder;
  private FaultyObjectStore store;
  private LogObjects objects;
  private LogRetention retention;
  private DrivenLog log;
  private Instant now = BEGIN;
  private LogPosition end = LogPosition.START;
  private long lsn;

  /** All headers that were written, whether they are there or not. */
  private final List<LogObjectHeader> written = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    store =
        new FaultyObjectStore(
            new DirectoryObjectStore(Files.createDirectories(folder.resolve("store"))));
    objects = new LogObjects(store, ArchiveLayout.forDirectory("shop"), LINE);
    retention = new LogRetention(objects, () -> {});
    log = DrivenLog.open(Files.createDirectories(folder.resolve("log")), () -> now, 5);
  }

  /** An object with so many commits; of none, a claim. */
  private void write(int commits, LogPosition chainedTo) throws Exception {
    write(commits, chainedTo, Optional.empty());
  }

  private void write(int commits, LogPosition chainedTo, Optional<LogSpan> gap) throws Exception {
    for (int i = 0; i < commits; i++) {
      now = now.plusSeconds(1);
      lsn++;
      log.log().append(DrivenLog.part("a", lsn, true, true, 0, lsn));
      log.settle();
    }
    now = now.plusSeconds(1);
    LogPosition from = end;
    try (LogObjectWriter writer = new LogObjectWriter(folder);
        LogReader reader = log.log().reader(from)) {
      for (Optional<StoredPart> part = reader.nextStored();
          part.isPresent();
          part = reader.nextStored()) {
        writer.add(part.get());
      }
      end = commits == 0 ? from : log.log().settled();
      LogObjectPlace place =
          new LogObjectPlace(
              LINE,
              written.size() + 1,
              1,
              new UUID(1, 2),
              Sha256.NONE,
              from,
              new LogSpan(from, end),
              chainedTo,
              gap.isPresent() ? 1 : 0,
              gap,
              now);
      try (SpooledLogObject object = writer.finish(place, Optional.empty())) {
        objects.put(object);
        written.add(object.header());
      }
    }
  }

  private static Instant proves(LogObjectHeader header) {
    return header.place().madeAt().plusMillis(1);
  }

  private LogRetention.Extent extent() {
    return retention.extent().orElseThrow();
  }

  @Test
  void aLineWithoutObjectsHasNothingToDelete() {
    assertThat(retention.extent()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatMayGo_isWhatChainsHeldAtTheMoment(long seed) throws Exception {
    Random random = new Random(seed);
    LogPosition chainedTo = LogPosition.START;
    List<LogPosition> ends = new ArrayList<>(List.of(LogPosition.START));
    for (int i = 0; i < 40; i++) {
      if (random.nextInt(4) == 0) {
        LogPosition further = ends.get(ends.size() - 1 - random.nextInt(Math.min(8, ends.size())));
        chainedTo = further.compareTo(chainedTo) > 0 ? further : chainedTo;
      }
      write(random.nextInt(5) == 0 ? 0 : 1 + random.nextInt(2), chainedTo);
      ends.add(end);
    }
    for (int i = 0; i < 30; i++) {
      Instant moment = BEGIN.plusSeconds(random.nextInt(110));
      assertThat(retention.excess(extent(), moment)).isEqualTo(expected(moment));
      assertThat(retention.wholeFrom(extent())).isEqualTo(expectedWholeFrom(extent().first()));
      if (random.nextInt(4) == 0) {
        retention.excess(extent(), moment).ifPresent(this::deleteAll);
      }
    }
  }

  private void deleteAll(LogRetention.Excess excess) {
    int deleted = retention.delete(excess);
    while (deleted > 0) {
      deleted = retention.delete(excess);
    }
    assertThat(extent().first()).isEqualTo(Math.max(extent().first(), excess.last() + 1));
  }

  /** By looking at each. */
  private Optional<LogRetention.Excess> expected(Instant moment) {
    long first = extent().first();
    return written.stream()
        .filter(header -> header.place().number() >= first && header.commits() > 0)
        .filter(header -> !proves(header).isAfter(moment))
        .reduce((one, other) -> other)
        .map(
            witness -> {
              long last =
                  written.stream()
                      .filter(header -> header.place().number() < witness.place().number())
                      .filter(
                          header ->
                              header.place().span().to().compareTo(witness.place().chainedTo())
                                  <= 0)
                      .mapToLong(header -> header.place().number())
                      .filter(number -> number >= first)
                      .max()
                      .orElse(first - 1);
              LogPosition begin = written.get((int) last).place().span().from();
              return new LogRetention.Excess(
                  last,
                  begin.equals(LogPosition.START)
                      ? Instant.MIN
                      : provedFrom(first, begin).orElse(proves(witness)));
            });
  }

  private Optional<Instant> provedFrom(long first, LogPosition begin) {
    return written.stream()
        .filter(header -> header.place().number() >= first && header.commits() > 0)
        .filter(header -> header.place().chainedTo().compareTo(begin) >= 0)
        .findFirst()
        .map(LogRetentionTest::proves);
  }

  private Optional<Instant> expectedWholeFrom(long first) {
    LogPosition begin = written.get((int) first - 1).place().span().from();
    if (begin.equals(LogPosition.START)) {
      return written.stream()
          .filter(header -> header.place().number() >= first && header.commits() > 0)
          .findFirst()
          .map(LogObjectHeader::firstTime);
    }
    return provedFrom(first, begin);
  }

  @Test
  void theNewestObjectStays_howeverOldItIs() throws Exception {
    write(1, LogPosition.START);
    write(1, end);
    write(1, end);
    Optional<LogRetention.Excess> excess = retention.excess(extent(), now.plus(Duration.ofDays(9)));
    assertThat(excess).hasValueSatisfying(found -> assertThat(found.last()).isEqualTo(2));
    deleteAll(excess.orElseThrow());
    assertThat(extent().first()).isEqualTo(3);
    assertThat(objects.last()).hasValue(3);
  }

  @Test
  void whatWasThereBeforeTheLine_isRestorableOnceChainsHaveIt() throws Exception {
    lsn = 3;
    for (int i = 0; i < 3; i++) {
      log.log().append(DrivenLog.part("a", i + 1L, true, true, 0, i));
    }
    log.settle();
    end = log.log().settled();
    LogPosition begin = end;
    write(1, LogPosition.START);
    write(1, LogPosition.START);
    assertThat(retention.wholeFrom(extent())).isEmpty();
    write(1, begin);
    write(1, begin);
    assertThat(retention.wholeFrom(extent())).contains(proves(written.get(2)));
  }

  @Test
  void afterAGap_everythingIsRestorableOnceChainsHaveClosedIt() throws Exception {
    write(1, LogPosition.START);
    LogPosition before = end;
    assertThat(retention.wholeFrom(extent())).contains(written.getFirst().firstTime());
    LogSpan gap = new LogSpan(new LogPosition(before.bytes() - 1), before);
    write(1, LogPosition.START, Optional.of(gap));
    assertThat(retention.wholeFrom(extent())).isEmpty();
    write(1, before, Optional.of(gap));
    assertThat(retention.wholeFrom(extent())).contains(proves(written.get(2)));
  }

  @Test
  void whatAnInterruptedDeletionLeft_doesNotCount() throws Exception {
    for (int i = 0; i < 6; i++) {
      write(1, end);
    }
    objects.delete(List.of(2L, 4L));
    assertThat(extent().first()).isEqualTo(5);
    assertThat(retention.wholeFrom(extent())).contains(proves(written.get(4)));
    deleteAll(new LogRetention.Excess(4, BEGIN));
    assertThat(objects.listAfter(0).map(LogObjects.Stored::number)).containsExactly(5L, 6L);
  }

  @Test
  void ofManyObjects_fewAreRead() throws Exception {
    for (int i = 0; i < 200; i++) {
      write(1, end);
    }
    long before = store.calls();
    LogRetention.Extent extent = extent();
    assertThat(retention.excess(extent, BEGIN.plusSeconds(300))).isPresent();
    assertThat(retention.wholeFrom(extent)).isPresent();
    assertThat(store.calls() - before).isLessThan(40);
  }
}
