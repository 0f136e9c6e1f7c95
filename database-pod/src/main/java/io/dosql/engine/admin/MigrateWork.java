package io.dosql.engine.admin;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.DosqlException.Position;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.migration.Migration;
import io.dosql.engine.migration.MigrationReport;
import io.dosql.engine.migration.TenantMigrator;
import io.dosql.engine.tenant.Tenant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs, or plans, migrations on tenants one after another, up to the first that fails. */
final class MigrateWork implements Operations.Work {

  private final TenantMigrator migrator;
  private final List<Tenant> tenants;
  private final List<Migration> migrations;
  private final boolean plan;

  MigrateWork(
      TenantMigrator migrator, List<Tenant> tenants, List<Migration> migrations, boolean plan) {
    this.migrator = migrator;
    this.tenants = tenants;
    this.migrations = migrations;
    this.plan = plan;
  }

  @Override
  public Operations.End run(Operations.ProgressListener progress) {
    List<OperationResult.TenantMigrations> done = new ArrayList<>();
    for (Tenant tenant : tenants) {
      progress.progressed(done.size(), tenants.size());
      MigrationReport report = migrate(tenant);
      if (report == null) {
        continue;
      }
      String name = tenant.name().value();
      done.add(new OperationResult.TenantMigrations(name, report.applied(), report.pending()));
      if (report.failure() != null) {
        return failed(done, name, report);
      }
    }
    progress.progressed(done.size(), tenants.size());
    return new Operations.End(new OperationResult.Migrated(done, null), null);
  }

  /** Null for a tenant that was deleted since the operation began. */
  private @Nullable MigrationReport migrate(Tenant tenant) {
    try {
      return plan ? migrator.plan(tenant, migrations) : migrator.run(tenant, migrations);
    } catch (DosqlException failure) {
      if (tenant.isDeleted()) {
        return null;
      }
      throw failure;
    }
  }

  private static Operations.End failed(
      List<OperationResult.TenantMigrations> done, String tenant, MigrationReport report) {
    var failure = report.failure();
    if (failure == null) {
      throw new IllegalArgumentException("the report has no failure");
    }
    Position position =
        failure.line() == 0 ? null : new Position(failure.line(), Math.max(1, failure.column()));
    ErrorCode code = report.code() == null ? ErrorCode.MIGRATION_FAILED : report.code();
    return new Operations.End(
        new OperationResult.Migrated(
            done,
            new OperationResult.MigrationFailure(
                tenant,
                failure.migration(),
                failure.statement() == 0 ? null : failure.statement(),
                position,
                emptyToNull(failure.sql()),
                failure.message())),
        new DosqlException(
                code,
                "migration %s failed in tenant %s: %s"
                    .formatted(failure.migration(), tenant, failure.message()))
            .withPosition(position));
  }

  private static @Nullable String emptyToNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
