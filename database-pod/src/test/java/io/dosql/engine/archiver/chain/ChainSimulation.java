package io.dosql.engine.archiver.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.Snapshot;
import io.dosql.engine.archive.SnapshotUploader;
import io.dosql.engine.archive.SnapshotUse;
import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.ChainRules;
import io.dosql.engine.archive.chain.Deletions;
import io.dosql.engine.archive.log.LogObjectPlace;
import io.dosql.engine.archive.log.LogObjectWriter;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.log.LogSpan;
import io.dosql.engine.archive.log.Sha256;
import io.dosql.engine.archive.log.SpooledLogObject;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.archiver.ArchivedLog;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.CommitPart;
import io.dosql.engine.log.DirectoryLogStorage;
import io.dosql.engine.log.LogOptions;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LogReader;
import io.dosql.engine.log.PageImage;
import io.dosql.engine.log.PositionReleasedException;
import io.dosql.engine.log.StoredPart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A real commit log with tenants that are a model, and the building of their chains, driven step by
 * step: processes that begin and end, a store that fails, log objects that lag. One thread, but for
 * the log's own.
 */
final class ChainSimulation implements AutoCloseable {

  static final String LINE = "line-a";
  static final String PREFIX = "shop/orders/lines/line-a/tenants/";

  private static final int PAGES_PER_PART = 8;
  private static final long OBJECT_BYTES = 5_000;
  private static final Duration SETTLE_MAX = Duration.ofSeconds(30);

  final MemoryStore store;
  final Map<String, ModelTenant> tenants = new TreeMap<>();
  final ArchiveLayout layout = ArchiveLayout.forS3("shop/orders");
  final CommitLog log;
  private final Random random;
  private final Path scratch;
  private final ChainLimits limits;
  private long nanos;
  private Instant now = Instant.parse("2026-11-24T02:00:00Z");

  /** What log objects hold; outlives processes. */
  private LogPosition archived = LogPosition.START;

  /** What the newest log object says of chains; outlives processes. */
  private LogPosition written = LogPosition.START;

  private LogPosition appended = LogPosition.START;

  /** Of the log objects that were really written. */
  private LogPosition objectsEnd = LogPosition.START;

  private long objectsWritten;
  private boolean archiveGoesOn = true;
  private int copies;
  private ChainWork work;
  private ChainProgress progress;

  ChainSimulation(Path folder, Random random, ChainLimits limits) throws IOException {
    this.random = random;
    this.limits = limits;
    this.scratch = Files.createDirectories(folder.resolve("scratch"));
    this.store = new MemoryStore(() -> now);
    this.log =
        CommitLog.open(
            new LogOptions(
                96 << 10, 256 << 10, 64 << 10, 4 << 10, SETTLE_MAX, Duration.ofSeconds(10)),
            new DirectoryLogStorage(Files.createDirectories(folder.resolve("log"))),
            failure -> {
              throw new IllegalStateException("the log failed", failure);
            },
            () -> now);
    archive(LogPosition.START);
    this.progress = new ChainProgress(written, limits.window());
    this.work = newWork();
  }

  /** Small enough for every bound to be met. */
  static ChainLimits smallLimits() {
    return new ChainLimits(
        Duration.ofSeconds(30),
        new ChainRules(Duration.ofMinutes(5), Duration.ofHours(1), Duration.ofHours(24), 4, 20_000),
        40,
        60,
        150_000,
        20,
        3,
        Duration.ofMinutes(5),
        Duration.ofMinutes(1),
        Duration.ofSeconds(5),
        Duration.ofMinutes(1),
        Duration.ofDays(7),
        Duration.ofHours(1),
        Duration.ofDays(7),
        Duration.ofHours(1));
  }

  private ChainWork newWork() {
    return new ChainWork(context());
  }

  /** What the present process works with. */
  ChainContext context() {
    BackupCatalog backups = new BackupCatalog(store, layout);
    return new ChainContext(
        log,
        new Archive(),
        new Pod(),
        store,
        layout,
        new ChainCatalog(store, layout, LINE),
        new Deletions(store, layout, LINE),
        new LogObjects(store, layout, LINE),
        backups,
        SnapshotUse.NONE,
        new SnapshotUploader(backups, scratch),
        scratch,
        ModelTenant.PAGE_SIZE,
        limits,
        () -> now,
        () -> nanos,
        new PutRate(limits.putsPerSecond(), () -> nanos, this::sleep),
        progress);
  }

  private void sleep(Duration duration) {
    pass(duration);
    if (archiveGoesOn) {
      archiveAll();
    }
  }

  // ---- What the world does

  void pass(Duration duration) {
    nanos += duration.toNanos();
    now = now.plus(duration);
  }

  ModelTenant tenant(String name) {
    return tenants.computeIfAbsent(name, ModelTenant::new);
  }

  /** A commit of a tenant, which is made if it is not there. Those between come between parts. */
  void commit(String name, List<Runnable> between) {
    ModelTenant tenant = tenant(name);
    tenant.exists = true;
    now = now.plusMillis(1 + random.nextInt(2000));
    append(tenant, tenant.changed(random), between, Integer.MAX_VALUE);
  }

  void commit(String name) {
    commit(name, List.of());
  }

  /** The first parts of a commit that the tenant gives up. */
  void beginCommit(String name) {
    ModelTenant tenant = tenant(name);
    List<byte[]> pages = new ArrayList<>(tenant.pages());
    for (int i = 0; i < 3 * PAGES_PER_PART; i++) {
      byte[] noise = new byte[ModelTenant.PAGE_SIZE];
      random.nextBytes(noise);
      pages.add(noise);
    }
    append(tenant, pages, List.of(), 2);
  }

  private void append(
      ModelTenant tenant, List<byte[]> pages, List<Runnable> between, int partsMax) {
    List<PageImage> changed = tenant.written(pages);
    long lsn = tenant.lsn + 1;
    int parts = Math.max(1, Math.ceilDiv(changed.size(), PAGES_PER_PART));
    LogPosition first = null;
    LogPosition last = LogPosition.START;
    for (int part = 0; part < Math.min(parts, partsMax); part++) {
      LogPosition begin = log.statistics().appended();
      appended =
          append(
              new CommitPart(
                  tenant.name,
                  lsn,
                  log.epoch(),
                  part == 0,
                  part == parts - 1,
                  pages.size(),
                  ModelTenant.PAGE_SIZE,
                  changed.subList(
                      part * PAGES_PER_PART, Math.min(changed.size(), (part + 1) * PAGES_PER_PART)),
                  List.of()));
      first = first == null ? appended : first;
      last = begin;
      if (part < parts - 1) {
        between.forEach(Runnable::run);
      }
    }
    if (parts <= partsMax) {
      tenant.lsn = lsn;
      tenant.states.put(
          lsn,
          new ModelTenant.State(
              List.copyOf(pages),
              Instant.ofEpochMilli(now.toEpochMilli()),
              first == null ? last : first,
              last,
              appended));
    }
  }

  private LogPosition append(CommitPart part) {
    try {
      return log.append(part);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException("the log does not take more", e);
    }
  }

  void delete(String name) {
    ModelTenant tenant = tenant(name);
    tenant.exists = false;
    // A deletion takes a number.
    tenant.lsn++;
    tenant.deletions.put(tenant.lsn, now);
    log.checkpointed(name, Long.MAX_VALUE);
  }

  /** Log objects hold all that there is. */
  void archiveAll() {
    settle();
    archive(appended);
    written = progress.chainedTo();
  }

  /** A real log object with all that there is behind the one before, as the archiver makes it. */
  void writeLogObject() throws IOException {
    settle();
    LogObjects objects = new LogObjects(store, layout, LINE);
    try (LogObjectWriter writer = new LogObjectWriter(scratch);
        LogReader reader = log.reader(objectsEnd)) {
      for (Optional<StoredPart> part = reader.nextStored();
          part.isPresent();
          part = reader.nextStored()) {
        writer.add(part.get());
      }
      LogObjectPlace place =
          new LogObjectPlace(
              LINE,
              ++objectsWritten,
              1,
              new UUID(1, 2),
              Sha256.NONE,
              objectsEnd,
              new LogSpan(objectsEnd, appended),
              progress.chainedTo(),
              0,
              Optional.empty(),
              now);
      try (SpooledLogObject object = writer.finish(place, Optional.empty())) {
        assertThat(objects.put(object)).isEqualTo(PutResult.CREATED);
      }
      objectsEnd = appended;
    }
  }

  /** Log objects hold what they held, and a part of what there is besides. */
  void archiveUpTo(LogPosition position) {
    settle();
    if (position.compareTo(archived) > 0 && position.compareTo(appended) <= 0) {
      archive(position);
    }
  }

  private void archive(LogPosition position) {
    archived = position;
    try {
      log.retain("archive", archived);
    } catch (PositionReleasedException e) {
      throw new IllegalStateException("it was held", e);
    }
  }

  void archiveGoesOn(boolean doesGoOn) {
    archiveGoesOn = doesGoOn;
  }

  private void settle() {
    try {
      log.awaitSettled(appended, SETTLE_MAX);
    } catch (Exception e) {
      throw new IllegalStateException("the log does not settle", e);
    }
  }

  /** Database files hold everything: the log may go, but for what is held for chains. */
  void checkpoint() {
    settle();
    for (ModelTenant tenant : tenants.values()) {
      log.checkpointed(tenant.name, tenant.lsn);
    }
  }

  /** The process ends, and another begins, which knows what the store knows. */
  void restart() {
    progress = new ChainProgress(written, limits.window());
    work = newWork();
  }

  /** The same, but nobody held the log meanwhile, and it has let go of what it could. */
  void restartWithoutHold() {
    checkpoint();
    log.release(ChainBuilder.HOLDER);
    restart();
  }

  // ---- What is tested

  /** A round; whether the store let it be. */
  boolean round() {
    return attempt(() -> work.round());
  }

  boolean upkeep() {
    return attempt(() -> work.upkeep());
  }

  private interface Step {
    boolean run() throws IOException;
  }

  private boolean attempt(Step step) {
    try {
      boolean _ = step.run();
      return true;
    } catch (DosqlException e) {
      assertThat(e.code()).describedAs("%s", e).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
      return false;
    } catch (IOException e) {
      throw new IllegalStateException("the disk does not fail here", e);
    }
  }

  /** Rounds and all other work until nothing is left to do. */
  void workUntilDone() {
    try {
      for (int i = 0; i < 500; i++) {
        archiveAll();
        boolean _ = work.round();
        boolean _ = work.upkeep();
        if (i > 20 && progress.chainedTo().equals(appended)) {
          return;
        }
        pass(Duration.ofSeconds(30));
      }
    } catch (IOException e) {
      throw new IllegalStateException("the disk does not fail here", e);
    }
    throw new AssertionError("never done: " + progress.status());
  }

  ChainStatus status() {
    return progress.status();
  }

  Instant now() {
    return now;
  }

  private final class Archive implements ArchivedLog {

    @Override
    public boolean isFenced() {
      return false;
    }

    @Override
    public long stored() {
      return archived.bytes() / OBJECT_BYTES;
    }

    @Override
    public void storeAtLeast(long objects) {
      // Here objects are stored whether anybody asks for them or not.
    }

    @Override
    public long gaps() {
      return 0;
    }

    @Override
    public LogPosition archivedTo() {
      return archived;
    }

    @Override
    public LogObjectRange objects(LogPosition first, LogPosition last) {
      assertThat(last).isLessThan(archived);
      long number = objectOf(first);
      return new LogObjectRange(number, objectOf(last) - number + 1);
    }
  }

  static long objectOf(LogPosition position) {
    return position.bytes() / OBJECT_BYTES + 1;
  }

  private final class Pod extends ModelTenants {

    Pod() {
      super(tenants);
    }

    @Override
    public Snapshot copy(String name, Path target) throws IOException {
      ModelTenant tenant = tenant(name);
      if (!tenant.exists) {
        throw new DosqlException(ErrorCode.NOT_FOUND, "there is no tenant " + name);
      }
      copies++;
      Files.write(target, bytes(tenant.pages()));
      settle();
      return new Snapshot(
          name, LINE, tenant.lsn, log.latestTime(), log.latestTime(), null, target, List.of());
    }
  }

  /** As a backup does it. */
  void backUp(String name) throws IOException {
    Path copy = scratch.resolve("backup.db");
    try {
      new SnapshotUploader(new BackupCatalog(store, layout), scratch)
          .uploadForChain(new Pod().copy(name, copy));
    } finally {
      Files.deleteIfExists(copy);
    }
  }

  static byte[] bytes(List<byte[]> pages) {
    byte[] all = new byte[pages.size() * ModelTenant.PAGE_SIZE];
    for (int i = 0; i < pages.size(); i++) {
      System.arraycopy(pages.get(i), 0, all, i * ModelTenant.PAGE_SIZE, ModelTenant.PAGE_SIZE);
    }
    return all;
  }

  /** How often a tenant was copied. */
  int copies() {
    return copies;
  }

  List<String> scratchFiles() throws IOException {
    try (var left = Files.list(scratch)) {
      return left.map(Path::toString).toList();
    }
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
