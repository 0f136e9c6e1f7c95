package io.dosql.engine.http;

import io.dosql.engine.admin.AdminService;
import io.dosql.engine.admin.BackupSummary;
import io.dosql.engine.admin.CheckState;
import io.dosql.engine.admin.Checks;
import io.dosql.engine.admin.Operation;
import io.dosql.engine.admin.OperationRequest;
import io.dosql.engine.admin.OperationResult;
import io.dosql.engine.admin.Page;
import io.dosql.engine.admin.PodStatus;
import io.dosql.engine.admin.TenantStatus;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** An admin service that remembers what it was asked, and answers with one of everything. */
public final class EchoAdmin implements AdminService {

  static final Instant TIME = Instant.parse("2026-11-24T02:00:00Z");

  public final Map<String, OperationRequest> requests = new ConcurrentHashMap<>();

  @Override
  public PodStatus status() {
    return new PodStatus(
        "0.1.0",
        "shop/orders",
        "7f3a",
        TIME,
        new PodStatus.Tenants(
            3,
            1,
            Map.of("quarantined", 1),
            List.of(new PodStatus.QuarantinedTenant("b", "data.db is missing", TIME)),
            4096),
        new PodStatus.Log(81_920, 81_920, 16_777_216, 1),
        new PodStatus.Disk(100, 50),
        new PodStatus.Store(
            PodStatus.StoreKind.S3,
            CheckState.ERROR,
            ErrorCode.STORAGE_BUCKET_NOT_FOUND,
            "There is no bucket 'b'."),
        new PodStatus.Archive(
            "failing",
            "7f3a",
            3,
            12.5,
            81_920,
            TIME,
            new PodStatus.ArchiveError(
                ErrorCode.STORAGE_BUCKET_NOT_FOUND, "There is no bucket 'b'.", "Create it.", TIME),
            "KeepServing",
            1,
            new PodStatus.Gap(4096, 8192),
            new PodStatus.NewLine("ArchiveAhead", "6e29", TIME),
            TIME.minusSeconds(60),
            TIME,
            7,
            4096,
            new PodStatus.Chains(
                45,
                1,
                true,
                2,
                new PodStatus.ChainError(
                    "a", ErrorCode.STORAGE_CONFLICT, "Whose is it?", "Move it away.", TIME)),
            new PodStatus.Retention(
                604_800,
                12,
                3,
                new PodStatus.ChainError(
                    null, ErrorCode.STORAGE_PERMISSION_DENIED, "No.", "Grant it.", TIME))),
        null,
        new Checks(CheckState.OK, CheckState.OK, CheckState.OK, CheckState.ERROR));
  }

  @Override
  public Page<TenantStatus> tenants(Optional<String> after, int limit) {
    return new Page<>(
        List.of(new TenantStatus(after.orElse("main"), "awake", 42, limit, null, false, null)),
        Optional.of("main"));
  }

  @Override
  public TenantStatus tenant(String name) {
    return described("tenant", name);
  }

  @Override
  public TenantStatus prewarm(String name) {
    return described("prewarm", name);
  }

  @Override
  public TenantStatus pin(String name) {
    return described("pin", name);
  }

  @Override
  public TenantStatus unpin(String name) {
    return described("unpin", name);
  }

  @Override
  public TenantStatus retry(String name) {
    return described("retry", name);
  }

  @Override
  public boolean delete(String name) {
    return name.equals("there");
  }

  /** The schema version says what was asked for. */
  private static TenantStatus described(String call, String name) {
    return new TenantStatus(
        name,
        "quarantined",
        42,
        4096,
        call,
        true,
        new TenantStatus.Quarantine("data.db is missing", TIME, 3));
  }

  @Override
  public Page<BackupSummary> backups(Optional<String> after, int limit) {
    return new Page<>(
        List.of(new BackupSummary("nightly-1", TIME, 81_920, 3, "003_add_index")),
        Optional.empty());
  }

  @Override
  public Page<BackupSummary> preRestoreBackups(Optional<String> after, int limit) {
    return new Page<>(
        List.of(new BackupSummary(after.orElse("r-1"), TIME, limit, 2, null)), Optional.of("r-1"));
  }

  @Override
  public Start start(String id, OperationRequest request) {
    OperationRequest before = requests.putIfAbsent(id, request);
    if (before != null && !before.equals(request)) {
      return new Start.Conflict();
    }
    return new Start.Known(known(id, request));
  }

  @Override
  public Optional<Operation> operation(String id) {
    return Optional.ofNullable(requests.get(id)).map(request -> known(id, request));
  }

  private static Operation known(String id, OperationRequest request) {
    return switch (request) {
      case OperationRequest.Backup backup -> running(id, backup);
      case OperationRequest.Migrate migrate ->
          ended(
              id,
              migrate,
              new OperationResult.Migrated(
                  List.of(
                      new OperationResult.TenantMigrations("a", List.of("001_users"), List.of())),
                  new OperationResult.MigrationFailure(
                      "b", "002_x", 2, new DosqlException.Position(3, 8), "CRAETE", "near")),
              new DosqlException(ErrorCode.MIGRATION_FAILED, "Tenant b failed."));
      case OperationRequest.Restore restore when restore.dryRun() ->
          ended(
              id,
              restore,
              new OperationResult.RestorePlanned(
                  List.of(
                      new OperationResult.TenantPlan(
                          new OperationResult.RestoredFrom("a", "7f3a", 41, TIME), 3, 4096, 8192)),
                  List.of(),
                  Duration.ofMillis(1250)),
              null);
      case OperationRequest.Restore restore ->
          ended(
              id,
              restore,
              new OperationResult.Restored(
                  List.of(
                      new OperationResult.TenantRestore(
                          new OperationResult.RestoredFrom("a", "7f3a", 41, TIME),
                          43,
                          "pre/a",
                          null)),
                  List.of(new OperationResult.LeftOut("gone", TIME))),
              null);
      case OperationRequest.Clone clone ->
          ended(id, clone, new OperationResult.Cloned(clone.source(), clone.target(), 7, 1), null);
      case OperationRequest.Prune prune ->
          ended(id, prune, new OperationResult.Pruned(prune.backups(), 4, 81_920), null);
    };
  }

  private static Operation running(String id, OperationRequest request) {
    return new Operation(
        id,
        request.kind(),
        Operation.State.RUNNING,
        TIME,
        null,
        new Operation.Progress(1, 3, 0, 0),
        null,
        null);
  }

  private static Operation ended(
      String id,
      OperationRequest request,
      OperationResult result,
      @org.jspecify.annotations.Nullable DosqlException error) {
    return new Operation(
        id,
        request.kind(),
        error == null ? Operation.State.SUCCEEDED : Operation.State.FAILED,
        TIME,
        TIME.plusSeconds(1),
        new Operation.Progress(3, 3, 0, 0),
        result,
        error);
  }
}
