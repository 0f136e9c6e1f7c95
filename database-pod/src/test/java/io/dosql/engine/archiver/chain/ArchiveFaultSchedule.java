package io.dosql.engine.archiver.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.BackupManifest;
import io.dosql.engine.archive.BackupSet;
import io.dosql.engine.archive.SnapshotFetcher;
import io.dosql.engine.archive.SnapshotUploader;
import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.ChainLevel;
import io.dosql.engine.archive.chain.ChainRules;
import io.dosql.engine.archive.restore.ArchiveHistory;
import io.dosql.engine.archive.restore.LineHistory;
import io.dosql.engine.archive.restore.RestorePlan;
import io.dosql.engine.archive.restore.RestoreTarget;
import io.dosql.engine.archive.store.FaultyObjectStore;
import io.dosql.engine.archive.store.FaultyObjectStore.Fault;
import io.dosql.engine.archiver.ArchiveState;
import io.dosql.engine.archiver.ArchiverLimits;
import io.dosql.engine.archiver.DrivenArchiver;
import io.dosql.engine.archiver.TestClock;
import io.dosql.engine.archiver.chain.ModelTenant.State;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.log.LogPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An hour of a pod's life, with everything that may go wrong around its archive, in simulated time:
 * the store fails in all its ways, the process is killed anywhere, also within a call, the time of
 * day jumps, the volume is set back, tenants are deleted and made again, retention deletes what is
 * out of a short window. Again and again what the status promises is restored, and compared with a
 * model.
 */
final class ArchiveFaultSchedule {

  private static final Duration LENGTH = Duration.ofHours(1);
  private static final int TENANTS = 5;

  /** What is restored of a tenant that was deleted. */
  private static final long ABSENT = -1;

  private static final Duration WINDOW = Duration.ofMinutes(15);

  /** What is out of the window goes within this time. */
  private static final Duration FORGETTING_MAX = Duration.ofMinutes(5);

  private static final ChainLimits CHAINS =
      new ChainLimits(
          Duration.ofSeconds(30),
          new ChainRules(
              Duration.ofMinutes(2), Duration.ofMinutes(6), Duration.ofMinutes(8), 8, 1 << 20),
          400,
          200,
          400_000,
          20,
          100,
          Duration.ofMinutes(5),
          Duration.ofMinutes(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          WINDOW,
          Duration.ofMinutes(2),
          Duration.ofMinutes(4),
          Duration.ofMinutes(3));

  private final Random random;
  private final Path folder;
  private final Path scratch;
  private final TestClock clock = new TestClock();
  private final long begun = clock.nanoTime();
  private final Instant begunAt = clock.instant();
  private final FaultyObjectStore store = new FaultyObjectStore(new MemoryStore(this::trueTime));
  private final BackupCatalog backups = new BackupCatalog(store, DrivenArchiver.LAYOUT);
  private final SimulatedPod.World world;
  private final Weather weather = new Weather();
  private final ArchiveHistory history;

  /** What lines hold that have ended. */
  private final Map<String, EndedLine> ended = new HashMap<>();

  /** Until when nobody uses a tenant that was deleted. */
  private final Map<String, Long> unusedUntil = new HashMap<>();

  private final NavigableMap<String, Map<String, State>> backedUp = new TreeMap<>();
  private SimulatedPod pod;

  /** The line that the pod had claimed when last looked. */
  private String line = "";

  /** The latest promise about the line. */
  private Optional<RestorableRange> promise = Optional.empty();

  /** What was lost when the volume was set back, until it is known what becomes of its line. */
  private Optional<EndedLine> lost = Optional.empty();

  private Optional<VolumeCopy> copy = Optional.empty();
  private final Tally tally = new Tally();

  private record VolumeCopy(Path folder, Map<String, ModelTenant> tenants) {}

  private record EndedLine(
      String name,
      Map<String, ModelTenant> tenants,
      Optional<RestorableRange> promise,
      Instant windowBegin,
      Instant endedAt) {}

  /** What happened, to be told. */
  static final class Tally {
    int commits;
    int kills;
    int outages;
    int jumps;
    int lines;
    int setBack;
    int restored;

    /** Moments at which a tenant was known to be deleted. */
    int absent;

    long deleted;

    void add(Tally other) {
      commits += other.commits;
      kills += other.kills;
      outages += other.outages;
      jumps += other.jumps;
      lines += other.lines;
      setBack += other.setBack;
      restored += other.restored;
      absent += other.absent;
      deleted += other.deleted;
    }

    @Override
    public String toString() {
      return """
          %d commits, %d kills, %d times the store failed, %d jumps of the clock, %d times the \
          volume was set back, %d lines; %d objects deleted, %d states restored, %d times a tenant \
          was known to be deleted"""
          .formatted(commits, kills, outages, jumps, setBack, lines, deleted, restored, absent);
    }
  }

  ArchiveFaultSchedule(long seed, Path folder) throws IOException {
    this.random = new Random(seed);
    this.folder = folder;
    this.scratch = Files.createDirectories(folder.resolve("restored"));
    ArchiverLimits archiver =
        DrivenArchiver.LIMITS.withMaxLag(random.nextInt(4) == 0 ? 200 << 10 : 1 << 28);
    this.world =
        new SimulatedPod.World(
            store, backups, clock, random, new SimulatedPod.Limits(archiver, CHAINS));
    this.history = new ArchiveHistory(store, DrivenArchiver.LAYOUT, ModelTenant.PAGE_SIZE, scratch);
    store.setFaults(weather);
    this.pod = new SimulatedPod(folder.resolve("pod-0"), world, new TreeMap<>());
  }

  /** The store's own clock is right. */
  private Instant trueTime() {
    return begunAt.plusNanos(clock.nanoTime() - begun);
  }

  /** Store calls that fail, and those that the process does not survive. */
  private final class Weather implements FaultyObjectStore.Faults {

    private double refused;
    private boolean refusesWrites;
    private long untilNanos;
    private int callsToLive;
    private boolean isDead;
    private final Thread schedule = Thread.currentThread();

    @Override
    public Fault next(String call, String key) {
      if (Thread.currentThread() != schedule) {
        // When others read ahead, no seed would tell which of their calls comes first.
        return Fault.NONE;
      }
      if (isDead) {
        return Fault.DIED_BEFORE;
      }
      if (callsToLive > 0 && --callsToLive == 0) {
        isDead = true;
        return random.nextBoolean() ? Fault.DIED_BEFORE : Fault.DIED_AFTER;
      }
      if (clock.nanoTime() - untilNanos >= 0
          || (refusesWrites && !call.equals("put") && !call.equals("delete"))
          || random.nextDouble() >= refused) {
        return Fault.NONE;
      }
      return random.nextInt(3) == 0 ? Fault.ANSWER_LOST : Fault.REFUSED;
    }

    void turns(double rate, boolean writesOnly, Duration length) {
      refused = rate;
      refusesWrites = writesOnly;
      untilNanos = clock.nanoTime() + length.toNanos();
    }

    boolean isFine() {
      return clock.nanoTime() - untilNanos >= 0;
    }
  }

  Tally run() throws IOException {
    long end = clock.nanoTime() + LENGTH.toNanos();
    for (int i = 0; clock.nanoTime() - end < 0; i++) {
      step();
      if (i % 60 == 59) {
        check();
      }
    }
    Instant latest = pod.latestTime();
    calmDown();
    checkAll(latest);
    return tally;
  }

  private void step() throws IOException {
    clock.advance(Duration.ofMillis(200 + random.nextInt(1600)));
    try {
      happen();
      pod.work();
    } catch (FaultyObjectStore.Died died) {
      assertThat(weather.isDead).isTrue();
    }
    look();
    if (weather.isDead) {
      kill();
    }
  }

  private void happen() throws IOException {
    switch (random.nextInt(600)) {
      case 0, 1 -> weather.isDead = true;
      case 2, 3 -> weather.callsToLive = 1 + random.nextInt(30);
      case 4 -> storeFails(1, false);
      case 5 -> storeFails(1, true);
      case 6, 7 -> storeFails(0.4, false);
      case 8 -> jump();
      case 9 -> copyVolume();
      case 10 -> setBack();
      case 11, 12, 13 -> delete();
      case 14, 15 -> backUp();
      case 16 -> pruneBackups();
      case 17 -> idle();
      case 18, 19, 20, 21 -> pod.beginCommit(usedTenant());
      default -> commit();
    }
  }

  private String tenant() {
    return "t" + random.nextInt(TENANTS);
  }

  /** One that nobody stays away from. */
  private String usedTenant() {
    String tenant = tenant();
    return clock.nanoTime() - unusedUntil.getOrDefault(tenant, begun) < 0 ? "t-always" : tenant;
  }

  /** Made again at once, or after a while, or never. */
  private void delete() {
    String tenant = tenant();
    pod.delete(tenant);
    Duration pause = Duration.ofMinutes(random.nextLong(3) * random.nextLong(30));
    long _ = unusedUntil.merge(tenant, clock.nanoTime() + pause.toNanos(), Math::max);
  }

  private void commit() {
    for (int i = random.nextInt(4) - 1; i > 0; i--) {
      pod.commit(usedTenant());
      tally.commits++;
    }
    switch (random.nextInt(8)) {
      case 0, 1 -> {}
      case 2 -> pod.checkpoint();
      default -> pod.settle();
    }
  }

  private void storeFails(double rate, boolean writesOnly) {
    weather.turns(rate, writesOnly, Duration.ofSeconds(random.nextInt(240)));
    tally.outages++;
  }

  private void jump() {
    int seconds = random.nextInt(3) == 0 ? 4 * 3600 : 120;
    clock.jump(Duration.ofSeconds(random.nextInt(-seconds, seconds)));
    tally.jumps++;
  }

  /** Nobody does anything. */
  private void idle() {
    for (int i = random.nextInt(300); i > 0; i--) {
      clock.advance(Duration.ofSeconds(2));
      pod.work();
    }
  }

  // ---- Processes and volumes

  /** What was not durable is lost. */
  private void kill() throws IOException {
    tally.kills++;
    tally.deleted += deleted();
    weather.isDead = false;
    weather.callsToLive = 0;
    LogPosition settled = pod.settled();
    pod.tenants().values().forEach(tenant -> tenant.dropBehind(settled));
    pod = new SimulatedPod(pod.folder(), world, pod.tenants());
  }

  private long deleted() {
    return pod.chainStatus().map(status -> status.retention().deletedObjects()).orElse(0L);
  }

  private static Map<String, ModelTenant> copyOf(
      Map<String, ModelTenant> tenants, LogPosition settled) {
    Map<String, ModelTenant> copies = new TreeMap<>();
    tenants.forEach(
        (name, tenant) -> {
          ModelTenant copied = tenant.copy();
          copied.dropBehind(settled);
          copies.put(name, copied);
        });
    return copies;
  }

  private void copyVolume() throws IOException {
    Path target = folder.resolve("copy-" + tally.commits + "-" + clock.nanoTime());
    DrivenArchiver.copy(pod.folder(), target);
    copy = Optional.of(new VolumeCopy(target, copyOf(pod.tenants(), pod.settled())));
  }

  /** The volume is set back to what it was, whatever was archived since. */
  private void setBack() throws IOException {
    if (copy.isEmpty()) {
      return;
    }
    tally.setBack++;
    tally.deleted += deleted();
    if (!line.isEmpty() && lost.isEmpty()) {
      lost = Optional.of(end());
    }
    pod = new SimulatedPod(copy.get().folder(), world, copy.get().tenants());
    copy = Optional.empty();
    promise = Optional.empty();
  }

  private EndedLine end() {
    Instant latest = pod.latestTime().isAfter(clock.instant()) ? pod.latestTime() : clock.instant();
    return new EndedLine(
        line, copyOf(pod.tenants(), pod.settled()), promise, latest.minus(WINDOW), trueTime());
  }

  /** Notes which line is written now. */
  private void look() {
    String now = pod.claimed();
    if (now.isEmpty()) {
      return;
    }
    if (!now.equals(line)) {
      if (lost.isPresent()) {
        ended.put(lost.get().name(), lost.get());
      } else if (!line.isEmpty()) {
        ended.put(line, end());
      }
      tally.lines++;
      line = now;
      promise = Optional.empty();
    }
    lost = Optional.empty();
  }

  // ---- Backups

  /** Made only of what is archived, as the engine does. */
  private void backUp() throws IOException {
    pod.settle();
    if (!weather.isFine() || pod.claimed().isEmpty() || !pod.archiver().isCaughtUp()) {
      return;
    }
    String name = "b%06d".formatted(tally.commits);
    BackupSet set = BackupSet.backup(name);
    SnapshotUploader uploader = new SnapshotUploader(backups, scratch);
    List<BackupManifest> manifests = new ArrayList<>();
    Map<String, State> states = new HashMap<>();
    for (ModelTenant tenant : pod.tenants().values()) {
      if (tenant.exists) {
        Path file = scratch.resolve("backup.db");
        try {
          manifests.add(uploader.upload(set, pod.snapshot(tenant.name, file)));
        } finally {
          Files.deleteIfExists(file);
        }
        states.put(tenant.name, tenant.states.lastEntry().getValue());
      }
    }
    var _ = backups.complete(set, "op-" + name, clock.instant(), null, manifests);
    backedUp.put(name, states);
  }

  private void pruneBackups() {
    if (!weather.isFine() || backedUp.size() < 2) {
      return;
    }
    String oldest = backedUp.firstKey();
    backedUp.remove(oldest);
    var _ = backups.prune(List.of(oldest), pod.snapshotUse());
  }

  // ---- What has to hold

  private void check() throws IOException {
    FaultyObjectStore.Faults _ = store.repair();
    promise = lost.isPresent() ? Optional.empty() : pod.promised();
    if (promise.isPresent()) {
      RestorableRange range = promise.get();
      for (int i = 0; i < 4; i++) {
        checkMoment(tenant(), moment(range), range);
      }
      for (int i = 0; i < 2; i++) {
        checkCommit(tenant(), range);
      }
      checkLatest(tenant());
    }
    checkEndedLine();
    checkBackup();
    store.setFaults(weather);
  }

  private Instant moment(RestorableRange range) {
    return switch (random.nextInt(6)) {
      case 0 -> range.oldest();
      case 1 -> range.newest();
      default ->
          range
              .oldest()
              .plusMillis(
                  random.nextLong(Duration.between(range.oldest(), range.newest()).toMillis() + 1));
    };
  }

  private void checkMoment(String name, Instant moment, RestorableRange range) throws IOException {
    ModelTenant tenant = pod.tenants().get(name);
    if (tenant == null || tenant.states.isEmpty()) {
      return;
    }
    if (wasGoneBefore(tenant, moment, range)) {
      return;
    }
    RestoreTarget target = new RestoreTarget.AtTime(moment);
    assertThat(history.lineOf(target)).describedAs("line of %s, %s", moment, range).isEqualTo(line);
    long found = restore(line, tenant, target);
    long expected = lsnAt(tenant, moment);
    // Of the newest moment there may be commits that are not archived yet.
    boolean isNewest = !moment.isBefore(range.newest());
    long least = isNewest ? lsnAt(tenant, moment.minusMillis(1)) : expected;
    if (found == ABSENT) {
      assertWasDeleted(tenant, least, moment);
    } else {
      assertThat(found).describedAs("%s at %s", name, moment).isBetween(least, expected);
    }
  }

  /** What a tenant had been that was deleted may be in a line before, or nowhere. */
  private static boolean wasGoneBefore(ModelTenant tenant, Instant moment, RestorableRange range) {
    Instant deleted = tenant.deletions.get(lsnAt(tenant, moment) + 1);
    return deleted != null && deleted.isBefore(range.oldest());
  }

  /** {@code lsn}: what the tenant held at least, or had held last. */
  private static void assertWasDeleted(ModelTenant tenant, long lsn, Instant moment) {
    assertThat(tenant.deletions.tailMap(lsn, false).values())
        .describedAs("deletions of %s by %s, of %s", tenant.name, moment, times(tenant))
        .anyMatch(time -> !time.isAfter(moment));
  }

  private static long lsnAt(ModelTenant tenant, Instant moment) {
    return tenant.states.entrySet().stream()
        .filter(state -> !state.getValue().time().isAfter(moment))
        .mapToLong(Map.Entry::getKey)
        .max()
        .orElse(0);
  }

  private void checkCommit(String name, RestorableRange range) throws IOException {
    ModelTenant tenant = pod.tenants().get(name);
    List<Long> lsns = tenant == null ? List.of() : lsnsWithin(tenant, range);
    if (tenant != null && !lsns.isEmpty()) {
      checkCommit(tenant, lsns.get(random.nextInt(lsns.size())));
    }
  }

  private void checkCommit(ModelTenant tenant, long lsn) throws IOException {
    assertThat(restore(line, tenant, new RestoreTarget.AtLsn(lsn))).isEqualTo(lsn);
  }

  private static List<Long> lsnsWithin(ModelTenant tenant, RestorableRange range) {
    return tenant.states.entrySet().stream()
        .filter(
            state ->
                state.getValue().time().isAfter(range.oldest())
                    && state.getValue().time().isBefore(range.newest()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private void checkLatest(String name) throws IOException {
    ModelTenant tenant = pod.tenants().get(name);
    LogPosition archived = pod.archiver().archiver().archivedTo();
    long least =
        tenant == null
            ? 0
            : tenant.states.entrySet().stream()
                .filter(state -> state.getValue().end().compareTo(archived) <= 0)
                .mapToLong(Map.Entry::getKey)
                .max()
                .orElse(0);
    if (tenant == null || least == 0) {
      return;
    }
    Instant deleted = tenant.deletions.get(least + 1);
    if (deleted != null && !deleted.isAfter(promise.orElseThrow().oldest())) {
      // It may be out of the window.
      return;
    }
    RestoreTarget target = new RestoreTarget.Latest();
    assertThat(history.lineOf(target)).isEqualTo(line);
    assertThat(restore(line, tenant, target)).isGreaterThanOrEqualTo(least);
    assertThat(history.line(line).tenants()).contains(name);
  }

  /** What was promised of a line that has ended is kept as long as the window. */
  private void checkEndedLine() throws IOException {
    List<EndedLine> kept =
        ended.values().stream()
            .filter(each -> each.promise().isPresent())
            .filter(each -> each.endedAt().isAfter(trueTime().minus(WINDOW)))
            .toList();
    if (kept.isEmpty()) {
      return;
    }
    EndedLine one = kept.get(random.nextInt(kept.size()));
    RestorableRange range = one.promise().orElseThrow();
    ModelTenant tenant = one.tenants().get(tenant());
    if (tenant == null || tenant.states.isEmpty()) {
      return;
    }
    Instant moment = moment(range);
    if (wasGoneBefore(tenant, moment, range)) {
      return;
    }
    if (moment.isBefore(one.windowBegin()) || !moment.isBefore(range.newest())) {
      // At the newest moment there were further commits, which may have got lost in a gap since.
      return;
    }
    long found = restore(one.name(), tenant, new RestoreTarget.AtTime(moment));
    if (found == ABSENT) {
      assertWasDeleted(tenant, lsnAt(tenant, moment), moment);
    } else {
      assertThat(found).isEqualTo(lsnAt(tenant, moment));
    }
  }

  private void checkBackup() throws IOException {
    if (backedUp.isEmpty()) {
      return;
    }
    List<String> names = List.copyOf(backedUp.keySet());
    String name = names.get(random.nextInt(names.size()));
    for (BackupManifest manifest : backups.manifests(BackupSet.backup(name))) {
      Path file = scratch.resolve("fetched.db");
      new SnapshotFetcher(backups, scratch).fetch(manifest, file);
      Map<String, State> states = Objects.requireNonNull(backedUp.get(name));
      assertHolds(file, states.get(manifest.tenant()), name);
    }
  }

  /**
   * Restores a tenant, and compares it with the model.
   *
   * @return the LSN that was reached; 0 for none, ABSENT for none because it was deleted
   */
  private long restore(String from, ModelTenant tenant, RestoreTarget target) throws IOException {
    RestorePlan plan;
    Path file = scratch.resolve("restored.db");
    try {
      LineHistory line = history.line(from);
      plan = line.planner().plan(tenant.name, target, Instant.MIN);
      if (plan.isEmpty()) {
        tally.absent += plan.deletion().isPresent() ? 1 : 0;
        return plan.deletion().isPresent() ? ABSENT : 0;
      }
      line.builder().build(plan, file, bytes -> {});
    } catch (DosqlException e) {
      throw new AssertionError(
          "%s of line %s to %s, promised %s: %s %s; commits %s, last deleted with %d; chain %s"
              .formatted(
                  tenant.name,
                  from,
                  target,
                  promise,
                  e.getMessage(),
                  e.suggestion(),
                  times(tenant),
                  tenant.tombstone,
                  new ChainCatalog(store, DrivenArchiver.LAYOUT, from).files(tenant.name)),
          e);
    }
    assertHolds(file, tenant.states.get(plan.lsn()), plan.toString());
    tally.restored++;
    return plan.lsn();
  }

  private static List<String> times(ModelTenant tenant) {
    return tenant.states.entrySet().stream()
        .map(state -> state.getKey() + " of " + state.getValue().time())
        .toList();
  }

  private static void assertHolds(Path file, @Nullable State state, String what)
      throws IOException {
    if (state == null) {
      throw new AssertionError("there never was what was restored: " + what);
    }
    assertThat(Files.readAllBytes(file))
        .describedAs(what)
        .isEqualTo(ChainSimulation.bytes(state.pages()));
    Files.delete(file);
  }

  /**
   * Nothing fails any more, and the window passes twice: all of it has to be restorable then, and
   * what was deleted before is forgotten, also where chains came to an end only after a while.
   */
  private void calmDown() throws IOException {
    weather.turns(0, false, Duration.ZERO);
    weather.callsToLive = 0;
    long end = clock.nanoTime() + WINDOW.multipliedBy(2).plus(Duration.ofMinutes(12)).toNanos();
    while (clock.nanoTime() - end < 0) {
      clock.advance(Duration.ofSeconds(1));
      commit();
      pod.work();
      look();
    }
    for (int i = 0; i < 300; i++) {
      pod.settle();
      clock.advance(Duration.ofSeconds(1));
      pod.work();
    }
  }

  /**
   * {@code latest}: time of the newest commit before all was calm; the clock may have gone back.
   */
  private void checkAll(Instant latest) throws IOException {
    FaultyObjectStore.Faults _ = store.repair();
    tally.deleted += deleted();
    assertThat(pod.archiver().isCaughtUp()).isTrue();
    assertThat(pod.archiver().archiver().status().state()).isEqualTo(ArchiveState.OK);
    ChainStatus chains = pod.chainStatus().orElseThrow();
    assertThat(chains.failure()).isEmpty();
    assertThat(chains.retention().failure()).isEmpty();
    promise = pod.promised();
    if (promise.isEmpty()) {
      // The line was begun at a time of day that has not come again.
      assertThat(pod.archiver().archiver().status().begunAt().orElseThrow())
          .isAfter(pod.latestTime());
      return;
    }
    RestorableRange range = promise.get();
    assertThat(range.newest()).isEqualTo(pod.latestTime());
    Instant windowBegin = clock.instant().minus(WINDOW);
    if (latest.isBefore(windowBegin)) {
      assertThat(range.oldest()).isBeforeOrEqualTo(windowBegin.plus(Duration.ofMinutes(1)));
    }
    for (ModelTenant tenant : pod.tenants().values()) {
      for (long lsn : lsnsWithin(tenant, range)) {
        if (random.nextInt(4) == 0) {
          checkCommit(tenant, lsn);
        }
      }
      for (int i = 0; i < 10; i++) {
        checkMoment(tenant.name, moment(range), range);
      }
      checkLatest(tenant.name);
      if (!tenant.exists) {
        checkThatItIsKnownToBeGone(tenant.name);
      }
    }
    // The earlier one of both clocks counts.
    Instant limit = trueTime().minus(WINDOW).minus(FORGETTING_MAX);
    if (latest.isBefore(windowBegin) && latest.isBefore(limit)) {
      checkThatDeletedOnesAreForgotten(limit);
    }
  }

  private void checkThatItIsKnownToBeGone(String tenant) {
    LineHistory archived = history.line(line);
    if (!archived.tenants().contains(tenant)) {
      return;
    }
    RestorePlan plan = archived.planner().plan(tenant, new RestoreTarget.Latest(), Instant.MIN);
    assertThat(plan.isEmpty() || plan.deletion().isPresent()).describedAs(tenant).isTrue();
  }

  /** But for what backups need. */
  private void checkThatDeletedOnesAreForgotten(Instant before) {
    ChainCatalog chains = new ChainCatalog(store, DrivenArchiver.LAYOUT, line);
    for (ModelTenant tenant : pod.tenants().values()) {
      Instant deleted = tenant.deletions.get(tenant.tombstone);
      if (tenant.tombstone > 0 && deleted != null && deleted.isBefore(before)) {
        assertThat(chains.files(tenant.name))
            .filteredOn(file -> file.maxLsn() < tenant.tombstone)
            .describedAs("%s, deleted at %s", tenant.name, deleted)
            .filteredOn(file -> file.level() != ChainLevel.SNAPSHOT)
            .isEmpty();
      }
    }
  }

  /** For the test's report. */
  String describe() {
    return "%s into it, line %s, promised %s, %s"
        .formatted(Duration.ofNanos(clock.nanoTime() - begun), line, promise, tally);
  }
}
