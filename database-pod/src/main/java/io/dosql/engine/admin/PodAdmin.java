package io.dosql.engine.admin;

import io.dosql.engine.admin.OperationRequest.RestorePoint;
import io.dosql.engine.archive.RestoreRecord;
import io.dosql.engine.archive.restore.RestoreTarget;
import io.dosql.engine.archiver.ArchiveState;
import io.dosql.engine.archiver.ArchiveStatus;
import io.dosql.engine.backup.BackupService;
import io.dosql.engine.backup.RestoreOrder;
import io.dosql.engine.backup.StoreMonitor;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.LogStatistics;
import io.dosql.engine.migration.Migration;
import io.dosql.engine.migration.TenantMigrator;
import io.dosql.engine.tenant.DiskGuard;
import io.dosql.engine.tenant.LostCommits;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantName;
import io.dosql.engine.tenant.Tenants;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The admin API of this pod. */
public final class PodAdmin implements AdminService, ReadinessChecks, AutoCloseable {

  /**
   * What the pod is.
   *
   * @param database {@code <namespace>/<name>}
   */
  public record Identity(String version, String database, Instant startedAt) {}

  private final Identity identity;
  private final Tenants tenants;
  private final TenantAdmin tenantAdmin;
  private final CommitLog log;
  private final DiskGuard disk;
  private final TenantMigrator migrator;
  private final BackupService backups;
  private final StoreMonitor store;
  private final Archiving archive;
  private final Operations operations;
  private final InstantSource clock;
  private volatile PodStatus.@Nullable LastBackup lastBackup;
  private volatile @Nullable Instant lastGoodBackupTime;

  public PodAdmin(
      Identity identity,
      Tenants tenants,
      CommitLog log,
      DiskGuard disk,
      TenantMigrator migrator,
      BackupService backups,
      StoreMonitor store,
      Archiving archive,
      InstantSource clock) {
    this.identity = identity;
    this.tenants = tenants;
    this.tenantAdmin = new TenantAdmin(tenants);
    this.log = log;
    this.disk = disk;
    this.migrator = migrator;
    this.backups = backups;
    this.store = store;
    this.archive = archive;
    this.clock = clock;
    this.operations = new Operations(clock);
  }

  @Override
  public PodStatus status() {
    LogStatistics statistics = log.statistics();
    List<LostCommits.Loss> lost = tenants.lost();
    PodStatus.Archive archived =
        PodStatus.Archive.of(
            archive.status().get(),
            archive.chains().get(),
            archive.retention().get(),
            clock.instant());
    return new PodStatus(
        identity.version(),
        identity.database(),
        archived.line(),
        identity.startedAt(),
        tenantAdmin.counts(),
        new PodStatus.Log(
            statistics.appended().bytes(),
            statistics.settled().bytes(),
            statistics.sizeBytes(),
            statistics.segments(),
            lost.size(),
            lost.stream()
                .limit(PodStatus.Log.DAMAGE_SHOWN)
                .map(
                    loss ->
                        new PodStatus.DamagedTenant(
                            loss.tenant(),
                            loss.provenLsn(),
                            loss.firstLsn(),
                            loss.lastLsn(),
                            loss.isExact(),
                            loss.description()))
                .toList()),
        new PodStatus.Disk(disk.totalBytes(), disk.freeBytes()),
        storeStatus(),
        archived,
        lastBackup,
        current());
  }

  private PodStatus.Store storeStatus() {
    StoreMonitor.Health health = store.health();
    PodStatus.StoreKind kind =
        switch (store.kind()) {
          case NONE -> PodStatus.StoreKind.NONE;
          case S3 -> PodStatus.StoreKind.S3;
          case DIRECTORY -> PodStatus.StoreKind.DIRECTORY;
        };
    return new PodStatus.Store(kind, state(health), health.code(), health.message());
  }

  private static CheckState state(StoreMonitor.Health health) {
    return switch (health.state()) {
      case OK -> CheckState.OK;
      case ERROR -> CheckState.ERROR;
      case UNKNOWN -> CheckState.UNKNOWN;
    };
  }

  @Override
  public Checks current() {
    // A log that has failed ends the process, so whoever can ask finds it working.
    return new Checks(
        CheckState.OK,
        disk.isNearlyFull() || log.waitsForSpace() ? CheckState.ERROR : CheckState.OK,
        CheckState.OK,
        state(store.health()));
  }

  @Override
  public Page<TenantStatus> tenants(Optional<String> after, int limit) {
    return tenantAdmin.page(after, limit);
  }

  @Override
  public TenantStatus tenant(String name) {
    return tenantAdmin.find(name);
  }

  @Override
  public TenantStatus prewarm(String name) {
    return tenantAdmin.prewarm(name);
  }

  @Override
  public TenantStatus pin(String name) {
    return tenantAdmin.pin(name);
  }

  @Override
  public TenantStatus unpin(String name) {
    return tenantAdmin.unpin(name);
  }

  @Override
  public TenantStatus retry(String name) {
    return tenantAdmin.retry(name);
  }

  @Override
  public boolean delete(String name) {
    return tenantAdmin.delete(name);
  }

  @Override
  public Page<BackupSummary> backups(Optional<String> after, int limit) {
    return page(backups.list(after.orElse(null), limit));
  }

  @Override
  public Page<BackupSummary> preRestoreBackups(Optional<String> after, int limit) {
    return page(backups.listPreRestore(after.orElse(null), limit));
  }

  private static Page<BackupSummary> page(BackupService.Listing listing) {
    return new Page<>(
        listing.backups().stream()
            .map(
                backup ->
                    new BackupSummary(
                        backup.name(),
                        backup.time(),
                        backup.bytes(),
                        backup.tenants(),
                        backup.schemaVersion()))
            .toList(),
        listing.next());
  }

  @Override
  public Optional<Operation> operation(String id) {
    return operations.find(id);
  }

  @Override
  public Start start(String id, OperationRequest request) {
    return switch (request) {
      case OperationRequest.Migrate migrate ->
          operations.start(id, request, Operations.Lane.MIGRATIONS, migrate(migrate));
      case OperationRequest.Backup backup ->
          operations.start(
              id, request, Operations.Lane.STORE, progress -> takeBackup(id, backup, progress));
      case OperationRequest.Restore restore ->
          operations.start(
              id, request, Operations.Lane.STORE, progress -> restore(id, restore, progress));
      case OperationRequest.Prune prune ->
          operations.start(id, request, Operations.Lane.STORE, progress -> prune(prune, progress));
      case OperationRequest.Clone clone ->
          operations.start(
              id,
              request,
              Operations.Lane.CLONES,
              progress -> tenantAdmin.cloneTenant(work(id), clone, progress));
    };
  }

  private MigrateWork migrate(OperationRequest.Migrate request) {
    List<Migration> migrations =
        request.migrations().stream()
            .map(migration -> new Migration(migration.id(), migration.sql()))
            .toList();
    return new MigrateWork(migrator, select(request.tenants()), migrations, request.plan());
  }

  /** The tenants named, which must be there or be admitted; all without names. */
  private List<Tenant> select(Optional<List<String>> names) {
    if (names.isEmpty()) {
      return tenants.page(null, Integer.MAX_VALUE);
    }
    return names.get().stream().map(name -> tenants.get(TenantName.parse(name))).toList();
  }

  /**
   * What an operation is an attempt at: the id without the mark of a later attempt. What attempts
   * leave behind in the store and in tenants carries this name, so that the next one knows it.
   */
  static String work(String id) {
    return id.replaceFirst("-r[0-9]{1,9}$", "");
  }

  /** What another engine writes must not be mixed with this one's history, nor deleted. */
  private void requireNotFenced() {
    ArchiveStatus status = archive.status().get();
    if (status.state() == ArchiveState.FENCED) {
      throw new DosqlException(
          ErrorCode.ARCHIVE_FENCED,
          status
              .failure()
              .map(ArchiveStatus.Failure::message)
              .orElse("Another engine archives line %s.".formatted(status.line())));
    }
  }

  private Operations.End takeBackup(
      String id, OperationRequest.Backup request, Operations.ProgressListener progress) {
    try {
      requireNotFenced();
      BackupService.Taken taken =
          backups.take(work(id), request.name(), request.tenants(), progress::progressed);
      lastGoodBackupTime = backupEnded(request.name(), null, null);
      store.succeeded();
      return new Operations.End(
          new OperationResult.BackedUp(
              taken.name(),
              taken.time(),
              taken.bytes(),
              taken.tenants().stream()
                  .map(
                      tenant ->
                          new OperationResult.TenantBackup(
                              tenant.tenant(),
                              tenant.lsn(),
                              tenant.schemaVersion(),
                              tenant.bytes(),
                              tenant.key()))
                  .toList()),
          null);
    } catch (DosqlException failure) {
      Instant _ = backupEnded(request.name(), failure.code(), failure.getMessage());
      throw failure;
    } catch (RuntimeException failure) {
      Instant _ =
          backupEnded(request.name(), ErrorCode.INTERNAL, "the backup failed: see the pod's log");
      throw failure;
    }
  }

  /** Remembers how it ended; when that was. */
  private Instant backupEnded(String name, @Nullable ErrorCode code, @Nullable String message) {
    Instant now = clock.instant();
    lastBackup = new PodStatus.LastBackup(name, now, code == null, code, message);
    return now;
  }

  /** How the latest backup since the start ended. */
  public Optional<PodStatus.LastBackup> lastBackup() {
    return Optional.ofNullable(lastBackup);
  }

  /** When the latest backup since the start that succeeded ended. */
  public Optional<Instant> lastGoodBackupTime() {
    return Optional.ofNullable(lastGoodBackupTime);
  }

  private Operations.End restore(
      String id, OperationRequest.Restore request, Operations.ProgressListener progress) {
    if (!request.dryRun()) {
      requireNotFenced();
    }
    RestoreOrder order =
        new RestoreOrder(source(request), request.tenants(), request.fromElsewhere());
    OperationResult result =
        request.dryRun()
            ? planned(backups.plan(order))
            : restored(backups.restore(work(id), order, new RestoreProgress(progress)));
    return new Operations.End(result, null);
  }

  private static RestoreOrder.Source source(OperationRequest.Restore request) {
    return switch (request.point()) {
      case RestorePoint.OfBackup backup -> new RestoreOrder.Source.Backup(backup.name());
      case RestorePoint.BeforeRestore before ->
          new RestoreOrder.Source.Saved(work(before.restore()));
      case RestorePoint.Latest latest ->
          new RestoreOrder.Source.History(new RestoreTarget.Latest(), request.line());
      case RestorePoint.AtTime at ->
          new RestoreOrder.Source.History(new RestoreTarget.AtTime(at.time()), request.line());
      case RestorePoint.AtLsn at ->
          new RestoreOrder.Source.History(new RestoreTarget.AtLsn(at.lsn()), request.line());
    };
  }

  private static OperationResult planned(BackupService.Plan plan) {
    return new OperationResult.RestorePlanned(
        plan.tenants().stream().map(PodAdmin::planned).toList(),
        leftOut(plan.leftOut()),
        plan.estimate());
  }

  private static OperationResult restored(BackupService.Restored restored) {
    return new OperationResult.Restored(
        restored.tenants().stream().map(PodAdmin::restored).toList(), leftOut(restored.leftOut()));
  }

  private static List<OperationResult.LeftOut> leftOut(List<RestoreRecord.LeftOut> tenants) {
    return tenants.stream()
        .map(tenant -> new OperationResult.LeftOut(tenant.tenant(), tenant.deletedTime()))
        .toList();
  }

  private static OperationResult.TenantPlan planned(BackupService.PlannedTenant tenant) {
    return new OperationResult.TenantPlan(
        new OperationResult.RestoredFrom(
            tenant.tenant(), tenant.line(), tenant.lsn(), tenant.time()),
        tenant.objects(),
        tenant.bytes(),
        tenant.databaseBytes());
  }

  private static OperationResult.TenantRestore restored(BackupService.RestoredTenant tenant) {
    return new OperationResult.TenantRestore(
        new OperationResult.RestoredFrom(
            tenant.tenant(), tenant.fromLine(), tenant.fromLsn(), tenant.fromTime()),
        tenant.lsn(),
        tenant.preRestoreKey(),
        tenant.damagedFiles());
  }

  private Operations.End prune(
      OperationRequest.Prune request, Operations.ProgressListener progress) {
    requireNotFenced();
    BackupService.Pruned pruned = backups.prune(request.backups());
    progress.progressed(request.backups().size(), request.backups().size());
    return new Operations.End(
        new OperationResult.Pruned(request.backups(), pruned.objects(), pruned.bytes()), null);
  }

  @Override
  public void close() {
    operations.close();
    store.close();
  }
}
