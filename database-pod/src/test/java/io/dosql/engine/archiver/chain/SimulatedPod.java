package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.Snapshot;
import io.dosql.engine.archive.SnapshotUploader;
import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.Deletions;
import io.dosql.engine.archive.log.ArchivedSnapshots;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archiver.ArchiverLimits;
import io.dosql.engine.archiver.DrivenArchiver;
import io.dosql.engine.archiver.MaxLagPolicy;
import io.dosql.engine.archiver.TestClock;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.CommitPart;
import io.dosql.engine.log.DrivenLog;
import io.dosql.engine.log.LogBusyException;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.PageImage;
import io.dosql.engine.tenant.WriteStop;
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
import org.jspecify.annotations.Nullable;

/**
 * A process of the engine on a data directory that outlives it: a real commit log, real archiving
 * and building of chains, and tenants that are a model. Nothing happens in it by itself; forgetting
 * about it is a kill. One thread.
 */
final class SimulatedPod {

  private static final int PAGES_PER_PART = 8;
  private static final int UPKEEP_PER_STEP = 3;

  /** What the process runs in. */
  record World(
      ObjectStore store, BackupCatalog backups, TestClock clock, Random random, Limits limits) {}

  record Limits(ArchiverLimits archiver, ChainLimits chains) {}

  private final Path folder;
  private final World world;
  private final Map<String, ModelTenant> tenants;
  private final DrivenLog driven;
  private final DrivenArchiver archiver;
  private @Nullable ChainWork chains;
  private @Nullable ChainProgress progress;
  private String claimed = "";
  private long archiveDue;
  private long roundDue;
  private long chainsPausedUntil;

  /**
   * Starts.
   *
   * @param tenants what the directory durably holds
   */
  SimulatedPod(Path folder, World world, Map<String, ModelTenant> tenants) throws IOException {
    this.folder = folder;
    this.world = world;
    this.tenants = tenants;
    Files.createDirectories(folder.resolve("log"));
    this.driven = DrivenLog.open(folder.resolve("log"), world.clock(), 77);
    // As the engine does with what its folders remember of deleted tenants.
    for (ModelTenant tenant : tenants.values()) {
      driven.log().checkpointed(tenant.name, tenant.tombstone);
    }
    this.archiver =
        DrivenArchiver.start(
            folder,
            driven.log(),
            world.store(),
            world.clock(),
            world.limits().archiver(),
            MaxLagPolicy.KEEP_SERVING,
            new WriteStop(),
            world.random().nextLong());
    archiver.archiver().followChains(() -> progress == null ? LogPosition.START : chainedTo());
    archiver.archiver().onClaimed(this::claimed);
    this.archiveDue = world.clock().nanoTime();
    this.roundDue = archiveDue;
    this.chainsPausedUntil = archiveDue;
  }

  private void claimed(String line, LogPosition chainedTo, LogPosition from) {
    if (chains != null && claimed.equals(line)) {
      return;
    }
    claimed = line;
    ChainLimits limits = world.limits().chains();
    Path scratch = folder.resolve("scratch");
    TestClock clock = world.clock();
    ChainProgress fresh = new ChainProgress(chainedTo, limits.window());
    progress = fresh;
    chains =
        new ChainWork(
            new ChainContext(
                driven.log(),
                archiver.archiver(),
                new PodTenantsOfModel(line),
                world.store(),
                DrivenArchiver.LAYOUT,
                new ChainCatalog(world.store(), DrivenArchiver.LAYOUT, line),
                new Deletions(world.store(), DrivenArchiver.LAYOUT, line),
                new LogObjects(world.store(), DrivenArchiver.LAYOUT, line),
                world.backups(),
                snapshotUse(),
                new SnapshotUploader(world.backups(), scratch),
                scratch,
                ModelTenant.PAGE_SIZE,
                limits,
                clock,
                clock::nanoTime,
                new PutRate(limits.putsPerSecond(), clock::nanoTime, this::sleep),
                fresh));
  }

  ArchivedSnapshots snapshotUse() {
    return new ArchivedSnapshots(
        world.store(),
        DrivenArchiver.LAYOUT,
        (line, of) -> {
          if (chains != null && line.equals(claimed)) {
            chains.released(of);
          }
        });
  }

  private LogPosition chainedTo() {
    return progress == null ? LogPosition.START : progress.chainedTo();
  }

  /** While chains wait, time passes, and archiving goes on. */
  private void sleep(Duration duration) {
    world.clock().advance(duration);
    archive();
  }

  Path folder() {
    return folder;
  }

  Map<String, ModelTenant> tenants() {
    return tenants;
  }

  DrivenArchiver archiver() {
    return archiver;
  }

  /** The line that this process has claimed; empty before it has. */
  String claimed() {
    return claimed;
  }

  LogPosition settled() {
    return driven.log().settled();
  }

  Instant latestTime() {
    return driven.log().latestTime();
  }

  Optional<ChainStatus> chainStatus() {
    return Optional.ofNullable(progress).map(ChainProgress::status);
  }

  /** What the pod's status says to be restorable. */
  Optional<RestorableRange> promised() {
    return chainStatus()
        .flatMap(
            status ->
                RestorableRange.of(archiver.archiver().status(), status, world.clock().instant()));
  }

  // ---- What its users do

  /** A commit, in memory. */
  void commit(String name) {
    ModelTenant tenant = tenant(name);
    append(tenant, tenant.changed(world.random()), Integer.MAX_VALUE);
    tenant.exists = true;
  }

  /** One that was never used is not there before its first commit. */
  private ModelTenant tenant(String name) {
    return tenants.computeIfAbsent(
        name,
        each -> {
          ModelTenant made = new ModelTenant(each);
          made.exists = false;
          return made;
        });
  }

  /** The first parts of a large commit that is given up. */
  void beginCommit(String name) {
    ModelTenant tenant = tenant(name);
    List<byte[]> pages = new ArrayList<>(tenant.pages());
    for (int i = 0; i < 3 * PAGES_PER_PART; i++) {
      byte[] noise = new byte[ModelTenant.PAGE_SIZE];
      world.random().nextBytes(noise);
      pages.add(noise);
    }
    append(tenant, pages, 2);
  }

  private void append(ModelTenant tenant, List<byte[]> pages, int partsMax) {
    List<PageImage> changed = tenant.written(pages);
    long lsn = tenant.lsn + 1;
    int parts = Math.max(1, Math.ceilDiv(changed.size(), PAGES_PER_PART));
    LogPosition first = LogPosition.START;
    LogPosition last = LogPosition.START;
    LogPosition end = LogPosition.START;
    for (int part = 0; part < Math.min(parts, partsMax); part++) {
      last = driven.log().statistics().appended();
      first = part == 0 ? last : first;
      end =
          append(
              new CommitPart(
                  tenant.name,
                  lsn,
                  driven.log().epoch(),
                  part == 0,
                  part == parts - 1,
                  pages.size(),
                  ModelTenant.PAGE_SIZE,
                  changed.subList(
                      part * PAGES_PER_PART, Math.min(changed.size(), (part + 1) * PAGES_PER_PART)),
                  List.of()));
    }
    if (parts <= partsMax) {
      tenant.lsn = lsn;
      tenant.states.put(
          lsn,
          new ModelTenant.State(List.copyOf(pages), driven.log().latestTime(), first, last, end));
    }
  }

  private LogPosition append(CommitPart part) {
    try {
      return driven.log().append(part);
    } catch (LogBusyException full) {
      settle();
      return append(part);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("the log does not take more", e);
    }
  }

  void settle() {
    driven.settle();
  }

  /** Durable on return; a number is used up. */
  void delete(String name) {
    ModelTenant tenant = tenants.get(name);
    if (tenant == null || !tenant.exists) {
      return;
    }
    settle();
    tenant.exists = false;
    tenant.lsn++;
    tenant.tombstone = tenant.lsn;
    tenant.deletions.put(tenant.lsn, latestTime());
    driven.log().checkpointed(name, Long.MAX_VALUE);
  }

  /** Database files hold everything: the log may go, but for what is held for the archive. */
  void checkpoint() {
    settle();
    for (ModelTenant tenant : tenants.values()) {
      driven.log().checkpointed(tenant.name, tenant.lsn);
    }
    settle();
  }

  /** A durable commit, and a second. */
  void commitAndPass(String name) {
    commit(name);
    settle();
    pass(1);
  }

  /** Time passes, and with each second the process does what is due. */
  void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      world.clock().advance(Duration.ofSeconds(1));
      work();
    }
  }

  // ---- What it does itself

  /** All that is due now. */
  void work() {
    archive();
    buildChains();
  }

  private void archive() {
    long now = world.clock().nanoTime();
    if (archiveDue - now <= 0) {
      archiveDue = now + archiver.step().toNanos();
    }
  }

  private void buildChains() {
    ChainWork work = chains;
    ChainProgress told = progress;
    long now = world.clock().nanoTime();
    if (work == null || told == null || chainsPausedUntil - now > 0) {
      return;
    }
    try {
      if (roundDue - now <= 0) {
        boolean isMore = work.round();
        roundDue = now + (isMore ? 0 : world.limits().chains().interval().toNanos());
      }
      for (int i = 0; i < UPKEEP_PER_STEP && work.upkeep(); i++) {}
    } catch (DosqlException e) {
      told.failed(ChainFailure.of(null, e, world.clock().instant()));
      chainsPausedUntil = world.clock().nanoTime() + world.limits().chains().retryAfter().toNanos();
    } catch (IOException e) {
      throw new AssertionError("the disk does not fail here", e);
    }
  }

  /** A tenant's present state; durable, as that of a backup has to be. */
  Snapshot snapshot(String name, Path target) throws IOException {
    return new PodTenantsOfModel(claimed).copy(name, target);
  }

  /** The tenants as chains see them. */
  private final class PodTenantsOfModel extends ModelTenants {

    private final String line;

    PodTenantsOfModel(String line) {
      super(tenants);
      this.line = line;
    }

    @Override
    public Snapshot copy(String name, Path target) throws IOException {
      ModelTenant tenant = tenants.get(name);
      if (tenant == null || !tenant.exists) {
        throw new DosqlException(ErrorCode.NOT_FOUND, "there is no tenant " + name);
      }
      settle();
      Files.write(target, ChainSimulation.bytes(tenant.pages()));
      Instant time = tenant.states.lastEntry().getValue().time();
      return new Snapshot(name, line, tenant.lsn, time, time, null, target, List.of());
    }
  }
}
