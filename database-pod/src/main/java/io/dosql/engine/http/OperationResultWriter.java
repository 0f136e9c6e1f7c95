package io.dosql.engine.http;

import io.dosql.engine.admin.OperationResult;
import io.dosql.engine.admin.OperationResult.BackedUp;
import io.dosql.engine.admin.OperationResult.Cloned;
import io.dosql.engine.admin.OperationResult.LeftOut;
import io.dosql.engine.admin.OperationResult.Migrated;
import io.dosql.engine.admin.OperationResult.MigrationFailure;
import io.dosql.engine.admin.OperationResult.Pruned;
import io.dosql.engine.admin.OperationResult.RestorePlanned;
import io.dosql.engine.admin.OperationResult.Restored;
import io.dosql.engine.admin.OperationResult.RestoredFrom;
import io.dosql.engine.admin.OperationResult.TenantBackup;
import io.dosql.engine.admin.OperationResult.TenantMigrations;
import io.dosql.engine.admin.OperationResult.TenantPlan;
import io.dosql.engine.admin.OperationResult.TenantRestore;
import io.dosql.engine.json.JsonWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes what operations did. */
final class OperationResultWriter {

  private static final double MILLIS_PER_SECOND = 1000;

  private OperationResultWriter() {}

  static void write(JsonWriter json, OperationResult result) {
    json.beginObject();
    switch (result) {
      case Migrated migrated -> migrated(json, migrated);
      case BackedUp backedUp -> backedUp(json, backedUp);
      case Restored restored -> restored(json, restored);
      case RestorePlanned planned -> planned(json, planned);
      case Pruned pruned -> {
        strings(json.name("deleted"), pruned.deleted());
        json.name("objects").value(pruned.objects());
        json.name("bytes").value(pruned.bytes());
      }
      case Cloned cloned -> {
        json.name("source").value(cloned.source());
        json.name("target").value(cloned.target());
        json.name("sourceLsn").value(Long.toString(cloned.sourceLsn()));
        json.name("lsn").value(Long.toString(cloned.lsn()));
      }
    }
    json.endObject();
  }

  private static void migrated(JsonWriter json, Migrated migrated) {
    json.name("tenants").beginArray();
    for (TenantMigrations tenant : migrated.tenants()) {
      json.beginObject().name("tenant").value(tenant.tenant());
      strings(json.name("applied"), tenant.applied());
      strings(json.name("pending"), tenant.pending());
      json.endObject();
    }
    json.endArray();
    failure(json.name("failure"), migrated.failure());
  }

  private static void failure(JsonWriter json, @Nullable MigrationFailure failure) {
    if (failure == null) {
      json.nullValue();
      return;
    }
    json.beginObject();
    json.name("tenant").value(failure.tenant());
    json.name("migration").value(failure.migration());
    number(json.name("statement"), failure.statement());
    number(json.name("line"), failure.position() == null ? null : failure.position().line());
    number(json.name("column"), failure.position() == null ? null : failure.position().column());
    json.name("sql").value(failure.sql());
    json.name("message").value(failure.message());
    json.endObject();
  }

  private static void backedUp(JsonWriter json, BackedUp backedUp) {
    json.name("name").value(backedUp.name());
    json.name("time").value(backedUp.time().toString());
    json.name("bytes").value(backedUp.bytes());
    json.name("tenants").beginArray();
    for (TenantBackup tenant : backedUp.tenants()) {
      json.beginObject();
      json.name("tenant").value(tenant.tenant());
      json.name("lsn").value(Long.toString(tenant.lsn()));
      json.name("schemaVersion").value(tenant.schemaVersion());
      json.name("bytes").value(tenant.bytes());
      json.name("key").value(tenant.key());
      json.endObject();
    }
    json.endArray();
  }

  private static void restored(JsonWriter json, Restored restored) {
    json.name("tenants").beginArray();
    for (TenantRestore tenant : restored.tenants()) {
      json.beginObject();
      from(json, tenant.from());
      json.name("lsn").value(Long.toString(tenant.lsn()));
      json.name("preRestoreKey").value(tenant.preRestoreKey());
      json.name("damagedFiles").value(tenant.damagedFiles());
      json.endObject();
    }
    json.endArray();
    leftOut(json, restored.leftOut());
  }

  private static void leftOut(JsonWriter json, List<LeftOut> tenants) {
    json.name("leftOut").beginArray();
    for (LeftOut tenant : tenants) {
      json.beginObject();
      json.name("tenant").value(tenant.tenant());
      json.name("deletedTime").value(tenant.deletedTime().toString());
      json.endObject();
    }
    json.endArray();
  }

  private static void planned(JsonWriter json, RestorePlanned planned) {
    json.name("tenants").beginArray();
    for (TenantPlan tenant : planned.tenants()) {
      json.beginObject();
      from(json, tenant.from());
      json.name("objects").value(tenant.objects());
      json.name("bytes").value(tenant.bytes());
      json.name("databaseBytes").value(tenant.databaseBytes());
      json.endObject();
    }
    json.endArray();
    leftOut(json, planned.leftOut());
    json.name("estimatedSeconds").value(planned.estimate().toMillis() / MILLIS_PER_SECOND);
  }

  private static void from(JsonWriter json, RestoredFrom from) {
    json.name("tenant").value(from.tenant());
    json.name("fromLine").value(from.line());
    json.name("fromLsn").value(Long.toString(from.lsn()));
    json.name("fromTime").value(from.time().toString());
  }

  private static void strings(JsonWriter json, List<String> values) {
    json.beginArray();
    values.forEach(json::value);
    json.endArray();
  }

  private static void number(JsonWriter json, @Nullable Integer value) {
    if (value == null) {
      json.nullValue();
    } else {
      json.value(value);
    }
  }
}
