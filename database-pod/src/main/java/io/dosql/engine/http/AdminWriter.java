package io.dosql.engine.http;

import io.dosql.engine.admin.BackupSummary;
import io.dosql.engine.admin.Checks;
import io.dosql.engine.admin.Operation;
import io.dosql.engine.admin.Page;
import io.dosql.engine.admin.PodStatus;
import io.dosql.engine.admin.TenantStatus;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.json.JsonWriter;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Writes the answers of the admin API. LSNs and positions are strings, times RFC 3339. */
final class AdminWriter {

  private AdminWriter() {}

  static JsonWriter status(PodStatus status) {
    JsonWriter json = new JsonWriter().beginObject();
    json.name("version").value(status.version());
    json.name("database").value(status.database());
    json.name("line").value(status.line());
    json.name("startedAt").value(status.startedAt().toString());
    json.name("ready").value(status.checks().ready());
    json.name("tenants").beginObject();
    json.name("total").value(status.tenants().total());
    json.name("awake").value(status.tenants().awake());
    json.name("states").beginObject();
    status.tenants().states().forEach((state, count) -> json.name(state).value(count));
    json.endObject();
    json.name("quarantined").beginArray();
    for (PodStatus.QuarantinedTenant tenant : status.tenants().quarantined()) {
      json.beginObject();
      json.name("name").value(tenant.name());
      json.name("reason").value(tenant.reason());
      json.name("since").value(tenant.since().toString()).endObject();
    }
    json.endArray();
    json.name("logBytesHeld").value(status.tenants().logBytesHeld()).endObject();
    json.name("log").beginObject();
    json.name("appended").value(Long.toString(status.log().appended()));
    json.name("settled").value(Long.toString(status.log().settled()));
    json.name("bytes").value(status.log().bytes());
    json.name("segments").value(status.log().segments());
    damage(json, status.log());
    json.endObject();
    json.name("disk").beginObject();
    json.name("totalBytes").value(status.disk().totalBytes());
    json.name("freeBytes").value(status.disk().freeBytes()).endObject();
    store(json.name("store"), status.store());
    archive(json.name("archive"), status.archive());
    lastBackup(json.name("lastBackup"), status.lastBackup());
    checks(json.name("checks"), status.checks());
    return json.endObject();
  }

  private static void damage(JsonWriter json, PodStatus.Log log) {
    json.name("damagedTenants").value(log.damagedTenants());
    json.name("damage").beginArray();
    for (PodStatus.DamagedTenant tenant : log.damage()) {
      json.beginObject();
      json.name("tenant").value(tenant.tenant());
      json.name("provenLsn").value(Long.toString(tenant.provenLsn()));
      json.name("firstLsn").value(Long.toString(tenant.firstLsn()));
      json.name("lastLsn").value(Long.toString(tenant.lastLsn()));
      json.name("exact").value(tenant.isExact());
      json.name("message").value(tenant.message()).endObject();
    }
    json.endArray();
  }

  static void checks(JsonWriter json, Checks checks) {
    json.beginObject();
    json.name("engine").value(lower(checks.engine()));
    json.name("disk").value(lower(checks.disk()));
    json.name("log").value(lower(checks.log()));
    json.name("objectStore").value(lower(checks.objectStore()));
    json.endObject();
  }

  static JsonWriter tenants(Page<TenantStatus> page) {
    JsonWriter json = new JsonWriter().beginObject().name("tenants").beginArray();
    for (TenantStatus tenant : page.items()) {
      tenant(json, tenant);
    }
    return json.endArray().name("next").value(page.next().orElse(null)).endObject();
  }

  static JsonWriter tenant(TenantStatus tenant) {
    JsonWriter json = new JsonWriter();
    tenant(json, tenant);
    return json;
  }

  private static void tenant(JsonWriter json, TenantStatus tenant) {
    json.beginObject();
    json.name("name").value(tenant.name());
    json.name("state").value(tenant.state());
    json.name("lsn").value(Long.toString(tenant.lsn()));
    json.name("sizeBytes").value(tenant.sizeBytes());
    json.name("schemaVersion").value(tenant.schemaVersion());
    json.name("pinned").value(tenant.pinned());
    json.name("quarantine");
    TenantStatus.Quarantine quarantine = tenant.quarantine();
    if (quarantine == null) {
      json.nullValue();
    } else {
      json.beginObject();
      json.name("reason").value(quarantine.reason());
      json.name("since").value(quarantine.since().toString());
      json.name("tries").value(quarantine.tries()).endObject();
    }
    json.endObject();
  }

  static JsonWriter deleted(String name, boolean wasThere) {
    JsonWriter json = new JsonWriter().beginObject();
    json.name("name").value(name);
    json.name("deleted").value(wasThere);
    return json.endObject();
  }

  static JsonWriter backups(Page<BackupSummary> page) {
    JsonWriter json = new JsonWriter().beginObject().name("backups").beginArray();
    for (BackupSummary backup : page.items()) {
      json.beginObject();
      json.name("name").value(backup.name());
      json.name("time").value(backup.time().toString());
      json.name("bytes").value(backup.bytes());
      json.name("tenants").value(backup.tenants());
      json.name("schemaVersion").value(backup.schemaVersion());
      json.endObject();
    }
    return json.endArray().name("next").value(page.next().orElse(null)).endObject();
  }

  static JsonWriter operation(Operation operation) {
    JsonWriter json = new JsonWriter().beginObject();
    json.name("id").value(operation.id());
    json.name("kind").value(operation.kind());
    json.name("state").value(lower(operation.state()));
    json.name("startedAt").value(operation.startedAt().toString());
    Instant finishedAt = operation.finishedAt();
    json.name("finishedAt").value(finishedAt == null ? null : finishedAt.toString());
    json.name("progress").beginObject();
    json.name("done").value(operation.progress().done());
    json.name("total").value(operation.progress().total());
    json.name("bytesDone").value(operation.progress().bytesDone());
    json.name("bytesTotal").value(operation.progress().bytesTotal()).endObject();
    json.name("result");
    if (operation.result() == null) {
      json.nullValue();
    } else {
      OperationResultWriter.write(json, operation.result());
    }
    json.name("error");
    DosqlException error = operation.error();
    if (error == null) {
      json.nullValue();
    } else {
      ErrorReply.write(json, error, null);
    }
    return json.endObject();
  }

  private static void store(JsonWriter json, PodStatus.Store store) {
    json.beginObject();
    json.name("kind").value(lower(store.kind()));
    json.name("state").value(lower(store.state()));
    json.name("code").value(store.code() == null ? null : store.code().name());
    json.name("message").value(store.message()).endObject();
  }

  private static void archive(JsonWriter json, PodStatus.Archive archive) {
    json.beginObject();
    json.name("state").value(archive.state());
    json.name("line").value(archive.line());
    json.name("epoch").value(Long.toString(archive.epoch()));
    json.name("lagSeconds").value(archive.lagSeconds());
    json.name("lagBytes").value(Long.toString(archive.lagBytes()));
    json.name("archivedTime").value(text(archive.archivedTime()));
    json.name("error");
    archiveError(json, archive.error());
    json.name("onMaxLag").value(archive.onMaxLag());
    json.name("gaps").value(archive.gaps());
    json.name("lastGap");
    gap(json, archive.lastGap());
    json.name("newLine");
    newLine(json, archive.newLine());
    json.name("oldestRestorable").value(text(archive.oldestRestorable()));
    json.name("newestRestorable").value(text(archive.newestRestorable()));
    json.name("objects").value(archive.objects());
    json.name("bytes").value(archive.bytes());
    json.name("chains");
    chains(json, archive.chains());
    json.name("retention");
    retention(json, archive.retention());
    json.endObject();
  }

  private static void retention(JsonWriter json, PodStatus.@Nullable Retention retention) {
    if (retention == null) {
      json.nullValue();
      return;
    }
    json.beginObject();
    json.name("windowSeconds").value(retention.windowSeconds());
    json.name("objectsDeleted").value(retention.objectsDeleted());
    json.name("linesDeleted").value(retention.linesDeleted());
    json.name("error");
    chainError(json, retention.error());
    json.endObject();
  }

  private static void chains(JsonWriter json, PodStatus.@Nullable Chains chains) {
    if (chains == null) {
      json.nullValue();
      return;
    }
    json.beginObject();
    json.name("lagSeconds").value(chains.lagSeconds());
    json.name("tenantsWaiting").value(chains.tenantsWaiting());
    json.name("catchingUp").value(chains.isCatchingUp());
    json.name("gaps").value(chains.gaps());
    json.name("error");
    chainError(json, chains.error());
    json.endObject();
  }

  private static void chainError(JsonWriter json, PodStatus.@Nullable ChainError error) {
    if (error == null) {
      json.nullValue();
      return;
    }
    json.beginObject();
    json.name("tenant").value(error.tenant());
    json.name("code").value(error.code().name());
    json.name("message").value(error.message());
    json.name("suggestion").value(error.suggestion());
    json.name("time").value(error.time().toString()).endObject();
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  private static void archiveError(JsonWriter json, PodStatus.@Nullable ArchiveError error) {
    if (error == null) {
      json.nullValue();
      return;
    }
    json.beginObject();
    json.name("code").value(error.code().name());
    json.name("message").value(error.message());
    json.name("suggestion").value(error.suggestion());
    json.name("time").value(error.time().toString()).endObject();
  }

  private static void gap(JsonWriter json, PodStatus.@Nullable Gap gap) {
    if (gap == null) {
      json.nullValue();
      return;
    }
    json.beginObject();
    json.name("from").value(Long.toString(gap.from()));
    json.name("to").value(Long.toString(gap.to())).endObject();
  }

  private static void newLine(JsonWriter json, PodStatus.@Nullable NewLine line) {
    if (line == null) {
      json.nullValue();
      return;
    }
    json.beginObject();
    json.name("reason").value(line.reason());
    json.name("previousLine").value(line.previousLine());
    json.name("time").value(line.time().toString()).endObject();
  }

  private static void lastBackup(JsonWriter json, PodStatus.@Nullable LastBackup backup) {
    if (backup == null) {
      json.nullValue();
      return;
    }
    json.beginObject();
    json.name("name").value(backup.name());
    json.name("time").value(backup.time().toString());
    json.name("succeeded").value(backup.succeeded());
    json.name("code").value(backup.code() == null ? null : backup.code().name());
    json.name("message").value(backup.message()).endObject();
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
