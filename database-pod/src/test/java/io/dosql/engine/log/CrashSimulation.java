package io.dosql.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs a log over a disk that fails, through several lives of the process, and compares what each
 * life finds with a model: all that was acknowledged, whole and in order, and of the rest a prefix
 * in whole batches. One seed is one story, the same each time.
 */
final class CrashSimulation {

  private static final int LIVES = 6;
  private static final int MAX_STEPS = 250;
  private static final int TENANTS = 5;

  private record Appended(LogPosition end, CommitPart part) {}

  private final Random random;
  private final SimulatedDisk disk;
  private final InstantSource clock;

  // The model.

  /** All parts in log order, as far as they may still be in the log. */
  private final List<Appended> appended = new ArrayList<>();

  /** Up to where the log has said that it is durable. */
  private LogPosition acknowledged = LogPosition.START;

  private final Map<String, Long> redoPoints = new HashMap<>();
  private final Map<String, Long> nextLsns = new HashMap<>();
  private final Map<String, Long> unfinished = new HashMap<>();
  private final Map<String, LogPosition> held = new HashMap<>();

  private ManualWorkers workers = new ManualWorkers();
  private int fatalErrors;
  private int refusedOpenings;

  CrashSimulation(long seed) {
    this.random = new Random(seed);
    this.disk = new SimulatedDisk(random);
    // A clock that also runs backwards.
    this.clock = () -> Instant.ofEpochMilli(1_000_000 + random.nextInt(1000));
  }

  void run() throws Exception {
    for (int life = 0; life < LIVES; life++) {
      live(openThroughFaults());
    }
    disk.setFaults(new SimulatedDisk.Faults());
    try (CommitLog log = open()) {
      check(log);
    }
    assertThat(disk.openFiles()).as("files left open after a clean close").isZero();
  }

  private CommitLog open() throws IOException {
    fatalErrors = 0;
    workers = new ManualWorkers();
    held.clear();
    return new LogOpener(
            TestLogs.SMALL, disk, failure -> fatalErrors++, clock, random::nextLong, workers)
        .open();
  }

  /** Opens the log, which may take some tries: recovery is interrupted, too. */
  private CommitLog openThroughFaults() throws IOException {
    while (true) {
      disk.setFaults(openingFaults());
      try {
        CommitLog log = open();
        assertThat(log.damage()).as("a crash is not corruption").isEmpty();
        disk.setFaults(new SimulatedDisk.Faults());
        return log;
      } catch (CorruptLogException e) {
        throw new AssertionError("a crash is not corruption", e);
      } catch (IOException e) {
        refusedOpenings++;
        restart();
      }
    }
  }

  private SimulatedDisk.Faults openingFaults() {
    SimulatedDisk.Faults faults = new SimulatedDisk.Faults();
    if (refusedOpenings < 20 && random.nextBoolean()) {
      faults.operationsLeft = 1 + random.nextInt(40);
      faults.readErrors = random.nextInt(4) == 0 ? 0.02 : 0;
      faults.syncErrors = random.nextInt(4) == 0 ? 0.2 : 0;
      faults.writeErrors = random.nextInt(4) == 0 ? 0.05 : 0;
      faults.shortWrites = 0.1;
    }
    return faults;
  }

  private void restart() {
    if (random.nextBoolean()) {
      disk.restartAfterPowerLoss();
    } else {
      disk.restartAfterKill();
    }
  }

  private void live(CommitLog log) throws Exception {
    check(log);
    disk.setFaults(livingFaults());
    int steps = random.nextInt(MAX_STEPS);
    for (int i = 0; i < steps && isAlive(); i++) {
      step(log);
      observe(log);
    }
    if (isAlive() && random.nextBoolean()) {
      closeOrDie(log);
    }
    observe(log);
    restart();
  }

  private SimulatedDisk.Faults livingFaults() {
    SimulatedDisk.Faults faults = new SimulatedDisk.Faults();
    faults.shortWrites = random.nextBoolean() ? 0.2 : 0;
    switch (random.nextInt(6)) {
      case 0 -> faults.writeErrors = 0.02;
      case 1 -> faults.syncErrors = 0.02;
      case 2 -> faults.createErrors = 0.5;
      case 3 -> faults.deleteErrors = 0.5;
      default -> faults.operationsLeft = 1 + random.nextInt(400);
    }
    return faults;
  }

  private boolean isAlive() {
    return fatalErrors == 0 && !disk.hasEnded();
  }

  private void closeOrDie(CommitLog log) {
    try {
      log.close();
    } catch (IOException e) {
      assertThat(isAlive() && !log.waitsForSpace())
          .as("close fails only with the log, or for lack of space: %s", e)
          .isFalse();
    }
  }

  private void step(CommitLog log) throws Exception {
    int dice = random.nextInt(100);
    if (dice < 70) {
      append(log);
    } else if (dice < 85) {
      workers.flush();
    } else if (dice < 90) {
      workers.keepHouse();
    } else if (dice < 97) {
      checkpoint(log);
    } else {
      retainSomething(log);
    }
  }

  /** Notes what the log acknowledges; after a failure nothing may be added. */
  private void observe(CommitLog log) {
    LogPosition settled = log.settled();
    assertThat(settled).isGreaterThanOrEqualTo(acknowledged);
    if (!isAlive() && settled.compareTo(acknowledged) > 0) {
      // Acknowledged by a flush before the one that failed, within the same step.
      assertThat(fatalErrors).isLessThanOrEqualTo(1);
    }
    acknowledged = settled;
  }

  private void append(CommitLog log) throws Exception {
    String tenant = "t" + random.nextInt(TENANTS);
    CommitPart part = nextPart(tenant);
    LogPosition end = appendFlushing(log, part);
    if (end == null) {
      return;
    }
    if (part.isLast()) {
      unfinished.remove(tenant);
      nextLsns.put(tenant, part.lsn() + 1);
    } else {
      unfinished.put(tenant, part.lsn());
    }
    appended.add(new Appended(end, part));
  }

  private CommitPart nextPart(String tenant) {
    boolean continues = unfinished.containsKey(tenant) && random.nextInt(10) > 0;
    long lsn = nextLsns.getOrDefault(tenant, 1L);
    int pages = random.nextInt(20) == 0 ? random.nextInt(120) : random.nextInt(6);
    List<PageImage> images = CommitParts.randomPages(random, pages);
    List<PartSection> sections =
        random.nextInt(5) == 0
            ? List.of(new PartSection(2, ByteBuffer.wrap(new byte[random.nextInt(900)])))
            : List.of();
    return new CommitPart(
        tenant,
        lsn,
        1,
        !continues,
        random.nextInt(3) > 0,
        random.nextInt(1000),
        CommitParts.PAGE_SIZE,
        images,
        sections);
  }

  private @Nullable LogPosition appendFlushing(CommitLog log, CommitPart part)
      throws InterruptedException {
    for (int attempt = 0; attempt < 3; attempt++) {
      try {
        return log.append(part);
      } catch (LogBusyException e) {
        workers.flush();
        if (log.waitsForSpace()) {
          return null;
        }
      } catch (LogFailedException e) {
        assertThat(isAlive()).isFalse();
        return null;
      }
    }
    throw new AssertionError("a flush makes room");
  }

  /** Moves a tenant's redo point to a commit that is durable, as a checkpoint does. */
  private void checkpoint(CommitLog log) {
    String tenant = "t" + random.nextInt(TENANTS);
    long durable =
        appended.stream()
            .filter(entry -> entry.part().tenant().equals(tenant) && entry.part().isLast())
            .filter(entry -> entry.end().compareTo(acknowledged) <= 0)
            .mapToLong(entry -> entry.part().lsn())
            .max()
            .orElse(0);
    long redoPoint = redoPoints.getOrDefault(tenant, 0L);
    if (durable > redoPoint && !unfinished.containsKey(tenant)) {
      redoPoints.put(tenant, durable);
      log.checkpointed(tenant, durable);
    }
  }

  private void retainSomething(CommitLog log) throws Exception {
    String holder = "h" + random.nextInt(2);
    if (held.remove(holder) != null) {
      log.release(holder);
    } else {
      LogPosition position = log.oldest();
      log.retain(holder, position);
      held.put(holder, position);
    }
    assertThat(log.oldest())
        .isLessThanOrEqualTo(
            held.values().stream().min(LogPosition::compareTo).orElse(log.oldest()));
  }

  /** Compares what a life finds with what the ones before it left. */
  private void check(CommitLog log) throws Exception {
    unfinished.clear();
    checkSequence(log);
    acknowledged = log.settled();
    checkIndex(log);
    for (int i = 0; i < TENANTS; i++) {
      log.checkpointed("t" + i, redoPoints.getOrDefault("t" + i, 0L));
    }
  }

  private void checkSequence(CommitLog log) throws Exception {
    LogPosition oldest = log.oldest();
    List<LoggedPart> found = new ArrayList<>();
    try (LogReader reader = log.reader(oldest)) {
      Optional<LoggedPart> next = reader.next();
      while (next.isPresent()) {
        found.add(next.get());
        next = reader.next();
      }
    }
    appended.removeIf(entry -> entry.end().compareTo(oldest) <= 0);
    assertThat(found).hasSizeLessThanOrEqualTo(appended.size());
    // What was not acknowledged may be gone: from some part on all of it.
    appended.subList(found.size(), appended.size()).forEach(this::checkNotAcknowledged);
    appended.subList(found.size(), appended.size()).clear();
    assertThat(found)
        .extracting(LoggedPart::end)
        .isEqualTo(appended.stream().map(Appended::end).toList());
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i).part()).isEqualTo(appended.get(i).part());
      if (i > 0) {
        assertThat(found.get(i).time()).isAfterOrEqualTo(found.get(i - 1).time());
      }
    }
  }

  private void checkNotAcknowledged(Appended lost) {
    assertThat(lost.end()).as("acknowledged").isGreaterThan(acknowledged);
  }

  /** Every tenant finds its complete commits after the redo point, and nothing else. */
  private void checkIndex(CommitLog log) throws Exception {
    Map<String, NavigableMap<Long, List<CommitPart>>> expected = completeCommits();
    try (PartReader reader = log.partReader()) {
      for (int i = 0; i < TENANTS; i++) {
        String tenant = "t" + i;
        long redoPoint = redoPoints.getOrDefault(tenant, 0L);
        NavigableMap<Long, List<CommitPart>> mine = expected.getOrDefault(tenant, new TreeMap<>());
        NavigableMap<Long, List<CommitPart>> actual = new TreeMap<>();
        for (LoggedCommit commit : log.commitsAfter(tenant, redoPoint)) {
          List<CommitPart> parts = new ArrayList<>();
          for (LogPosition position : commit.parts()) {
            parts.add(reader.read(position).part());
          }
          actual.put(commit.lsn(), parts);
        }
        assertThat(actual).isEqualTo(mine.tailMap(redoPoint, false));
        long last = mine.isEmpty() ? redoPoint : Math.max(redoPoint, mine.lastKey());
        nextLsns.put(tenant, last + 1);
      }
    }
  }

  private Map<String, NavigableMap<Long, List<CommitPart>>> completeCommits() {
    Map<String, NavigableMap<Long, List<CommitPart>>> complete = new HashMap<>();
    Map<String, List<CommitPart>> open = new HashMap<>();
    for (Appended entry : appended) {
      CommitPart part = entry.part();
      if (part.isFirst()) {
        open.put(part.tenant(), new ArrayList<>());
      }
      List<CommitPart> parts = open.get(part.tenant());
      if (parts != null) {
        parts.add(part);
        if (part.isLast()) {
          complete.computeIfAbsent(part.tenant(), name -> new TreeMap<>()).put(part.lsn(), parts);
          open.remove(part.tenant());
        }
      }
    }
    return complete;
  }
}
