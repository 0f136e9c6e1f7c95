package io.dosql.engine.archiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.FaultyObjectStore;
import io.dosql.engine.archive.store.FaultyObjectStore.Fault;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LoggedPart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/**
 * One seed's story: a pod commits and archives over a store that fails in every way, ends and comes
 * back, finds its time of day changed and its directory set back; now and then a copy of it runs
 * beside it, or has written behind its back.
 *
 * <p>What must hold at every moment: the objects of each line decode, number after number, to
 * exactly what one history of the log had settled, up to some position, but for the gaps that they
 * record; what is called archived is there; in a line there is only one history; and nothing but
 * the policy makes a gap.
 */
final class ArchiverSimulation {

  private static final List<Fault> FAULTS = List.of(Fault.values());

  private static final int STEPS = 120;
  private static final ErrorCode[] STORE_ERRORS = {
    ErrorCode.STORAGE_UNAVAILABLE,
    ErrorCode.STORAGE_TIMEOUT,
    ErrorCode.STORAGE_RATE_LIMITED,
    ErrorCode.STORAGE_PERMISSION_DENIED,
    ErrorCode.STORAGE_BUCKET_NOT_FOUND
  };

  private final Random random;
  private final Path folder;
  private final FaultyObjectStore store;
  private final TestClock clock = new TestClock();
  private final boolean hasSmallLag;

  /** Half of all stories: those that were told before there were any stay as they were. */
  private final boolean hasStaleWriters;

  /** All that has settled in a directory, by position: the model of what may be archived. */
  private final Map<Path, TreeMap<LogPosition, LoggedPart>> histories = new HashMap<>();

  private int copies;
  private long processes;
  private ArchivedProcess pod;

  ArchiverSimulation(long seed, Path folder) throws IOException {
    this.random = new Random(seed);
    this.folder = folder;
    this.store =
        new FaultyObjectStore(
            new DirectoryObjectStore(Files.createDirectories(folder.resolve("store"))));
    this.hasSmallLag = random.nextInt(3) == 0;
    this.hasStaleWriters = seed % 2 == 0;
    this.pod = start(folder.resolve("pod-0"));
  }

  void run() throws IOException {
    for (int i = 0; i < STEPS; i++) {
      step();
      if (i % 10 == 9) {
        check();
      }
    }
    FaultyObjectStore.Faults _ = store.repair();
    pod.settle();
    // A copy may have taken the line over; as long as the store was down, nobody could hear of it.
    if (!pod.archiveAllUnlessFenced()) {
      restart();
      pod.settle();
      pod.archiveAll();
    }
    check();
    ArchivedLine line = ArchivedLine.read(store, pod.line());
    assertThat(line.end().compareTo(pod.settledParts(pod.log().oldest()).getLast().end()))
        .isNotNegative();
    assertThat(pod.archiver.status().state()).isEqualTo(ArchiveState.OK);
  }

  private void step() throws IOException {
    switch (random.nextInt(40)) {
      case 0 -> restart();
      case 1 -> clock.jump(Duration.ofMinutes(random.nextInt(-600, 600)));
      case 2 -> setFaults(0);
      case 3 -> setFaults(0.5);
      case 4 -> storeGoesDown();
      case 5 -> runACopy();
      case 6 -> setBack();
      case 7 -> clock.advance(Duration.ofSeconds(random.nextInt(60)));
      case 8 -> {
        if (hasStaleWriters) {
          aStaleWriterSlipsIn();
        } else {
          work();
        }
      }
      default -> work();
    }
  }

  private void work() throws IOException {
    for (int i = random.nextInt(6); i > 0; i--) {
      String tenant = "t" + random.nextInt(4);
      if (random.nextInt(8) == 0) {
        long _ = pod.commitInParts(tenant, 1 + random.nextInt(4), random.nextInt(60));
      } else {
        long _ = pod.commit(tenant, random.nextInt(12));
      }
    }
    if (random.nextInt(4) > 0) {
      pod.settle();
    }
    // Also where it was settled because the buffer was full.
    remember(pod);
    Duration _ = pod.tick();
    pod.archiver.enforceLag();
  }

  /** The process ends, as always without notice; what was not settled is lost. */
  private void restart() throws IOException {
    remember(pod);
    pod = start(pod.folder());
  }

  private ArchivedProcess start(Path directory) throws IOException {
    ArchivedProcess started =
        ArchivedProcess.start(
            directory,
            store,
            clock,
            DrivenArchiver.LIMITS.withMaxLag(hasSmallLag ? 200 << 10 : 1 << 28),
            MaxLagPolicy.KEEP_SERVING,
            random.nextLong());
    processes++;
    remember(started);
    return started;
  }

  private void setFaults(double rate) {
    store.setFaults(
        (call, key) ->
            random.nextDouble() < rate ? FAULTS.get(random.nextInt(FAULTS.size())) : Fault.NONE);
  }

  private void storeGoesDown() {
    ErrorCode code = STORE_ERRORS[random.nextInt(STORE_ERRORS.length)];
    if (random.nextBoolean()) {
      store.refuseAll(code);
    } else {
      store.refuseWrites(code);
    }
  }

  /** Somebody starts a second engine on a copy of the directory, and both go on for a while. */
  private void runACopy() throws IOException {
    ArchivedProcess copy = start(copyOf(pod));
    for (int i = random.nextInt(12); i > 0; i--) {
      if (random.nextBoolean()) {
        copy.commitAndSettle("copy", random.nextInt(5));
        remember(copy);
      }
      Duration _ = copy.tick();
      work();
    }
    check(copy);
    if (random.nextBoolean()) {
      pod = copy;
    }
  }

  /** An engine on a copy goes on where the line ends, and does not know of any claim. */
  private void aStaleWriterSlipsIn() throws IOException {
    FaultyObjectStore.Faults faults = store.repair();
    ArchivedProcess stale = start(copyOf(pod));
    for (int i = random.nextInt(3); i > 0; i--) {
      stale.commitAndSettle("stale", random.nextInt(5));
    }
    remember(stale);
    ArchivedLine line = ArchivedLine.read(store, pod.line());
    boolean goesOn =
        !line.headers().isEmpty()
            && line.end().compareTo(stale.log().oldest()) >= 0
            && line.end().compareTo(stale.log().settled()) <= 0
            && explains(history(stale), line);
    if (goesOn) {
      StaleWriter.slipIn(store, pod.line(), stale);
    }
    store.setFaults(faults);
  }

  /** The volume is set back to what it was, after more was archived. */
  private void setBack() throws IOException {
    Path before = copyOf(pod);
    for (int i = random.nextInt(8); i > 0; i--) {
      work();
    }
    pod = start(before);
  }

  private Path copyOf(ArchivedProcess process) throws IOException {
    remember(process);
    Path copy = folder.resolve("pod-" + ++copies);
    DrivenArchiver.copy(process.folder(), copy);
    histories.put(copy, new TreeMap<>(history(process)));
    return copy;
  }

  private NavigableMap<LogPosition, LoggedPart> history(ArchivedProcess process) {
    return histories.computeIfAbsent(process.folder(), path -> new TreeMap<>());
  }

  private void remember(ArchivedProcess process) throws IOException {
    NavigableMap<LogPosition, LoggedPart> history = history(process);
    for (LoggedPart part : process.settledParts(process.log().oldest())) {
      LoggedPart before = history.put(part.position(), part);
      assertThat(before == null || before.equals(part)).isTrue();
    }
  }

  private void check() throws IOException {
    check(pod);
  }

  private void check(ArchivedProcess process) throws IOException {
    remember(process);
    FaultyObjectStore.Faults faults = store.repair();
    List<String> lines = new ArrayList<>(store.folders("shop/orders/lines/"));
    for (String name : lines) {
      checkLine(name);
    }
    ArchiveStatus status = process.archiver.status();
    if (lines.contains(status.line()) && status.epoch() > 0) {
      ArchivedLine line = ArchivedLine.read(store, status.line());
      LogPosition archived = process.archiver.archivedTo();
      for (LoggedPart part : history(process).headMap(archived).values()) {
        boolean isThere = line.parts().contains(part);
        boolean isExcused =
            line.isGap(part.position())
                || part.position().compareTo(begin(line)) < 0
                || status.state() == ArchiveState.FENCED
                || (part.position().compareTo(line.end()) >= 0 && hasSmallLag);
        assertThat(isThere || isExcused)
            .describedAs("%s of %s is called archived", part.position(), status)
            .isTrue();
      }
    }
    store.setFaults(faults);
  }

  private static LogPosition begin(ArchivedLine line) {
    return line.headers().isEmpty()
        ? LogPosition.START
        : line.headers().getFirst().place().span().from();
  }

  /** Some history explains it, all of it. */
  private void checkLine(String name) throws IOException {
    ArchivedLine line = ArchivedLine.read(store, name);
    boolean isExplained = histories.values().stream().anyMatch(history -> explains(history, line));
    assertThat(isExplained).describedAs("line %s: %s", name, line.headers()).isTrue();
    if (!hasSmallLag) {
      assertThat(line.gaps()).describedAs("gaps of %s", name).isEmpty();
    }
  }

  private static boolean explains(
      NavigableMap<LogPosition, LoggedPart> history, ArchivedLine line) {
    List<LoggedPart> expected =
        history.subMap(begin(line), line.end()).values().stream()
            .filter(part -> !line.isGap(part.position()))
            .toList();
    return line.parts().equals(expected);
  }

  /** For the test's report. */
  String describe() {
    return "%d processes, %d copies, log up to %s, %s"
        .formatted(processes, copies, pod.log().settled(), pod.archiver.status());
  }
}
