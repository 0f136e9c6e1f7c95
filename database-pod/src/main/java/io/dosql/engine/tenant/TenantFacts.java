package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.log.CommitLog;
import java.io.IOException;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What can be said of a tenant, by its open database, its files and the log. Any thread. */
final class TenantFacts {

  private static final Logger LOG = LoggerFactory.getLogger(TenantFacts.class);
  private static final Duration READ_MAX = Duration.ofSeconds(30);

  private final Tenant tenant;
  private final CommitLog log;

  TenantFacts(Tenant tenant, TenantParts parts) {
    this.tenant = tenant;
    this.log = parts.environment().log();
  }

  TenantSummary summary() {
    TenantDatabase database = tenant.databaseIfAwake();
    return new TenantSummary(
        tenant.name(),
        tenant.state(),
        database != null ? database.lastLsn() : lastLsnAsleep(),
        tenant.files().sizeBytes(),
        tenant.isPinned(),
        tenant.life().quarantine());
  }

  private long lastLsnAsleep() {
    long inLog = log.lastLsn(tenant.name().value()).orElse(0);
    try {
      return Math.max(inLog, tenant.files().readState().checkpointedLsn());
    } catch (IOException unreadable) {
      LOG.debug("tenant {}: its state cannot be read", tenant.name(), unreadable);
      return inLog;
    }
  }

  @Nullable String schemaVersion() {
    return switch (tenant.state()) {
      case ABSENT -> "";
      case QUARANTINED, RESTORING -> null;
      case ASLEEP, WAKING, AWAKE, SLEEPING -> {
        String known = schemaVersionAsleep();
        yield known == null ? askTenant() : known;
      }
    };
  }

  private @Nullable String schemaVersionAsleep() {
    if (tenant.databaseIfAwake() != null) {
      return null;
    }
    try {
      TenantFiles.State state = tenant.files().readState();
      return state.checkpointedLsn() >= lastLsnAsleep() ? state.schemaVersion() : null;
    } catch (IOException unreadable) {
      LOG.warn("tenant {}: its state cannot be read", tenant.name(), unreadable);
      return null;
    }
  }

  private @Nullable String askTenant() {
    try (Tenant.Use use = tenant.visit()) {
      TenantDatabase database = use.database();
      String version =
          database.readOnce(READ_MAX, connection -> SchemaVersion.read(connection.sqlite()));
      database.settle();
      return version;
    } catch (DosqlException unusable) {
      LOG.warn("tenant {}: its schema version is not known", tenant.name(), unusable);
      return null;
    }
  }

  /**
   * The LSN of the newest commit, of a tenant that is closed; where that cannot be known, a number
   * that it cannot exceed. A commit takes more than a byte of the log, and no tenant begins to
   * count from more than the log's length, so no LSN of the pod is higher than that.
   */
  long lastLsnOrMore() {
    long bound = log.statistics().appended().bytes();
    if (tenant.life().lastingDamage() != null) {
      return bound;
    }
    OptionalLong inLog = log.lastLsn(tenant.name().value());
    try {
      return Math.max(inLog.orElse(0), tenant.files().readState().checkpointedLsn());
    } catch (IOException unreadable) {
      // What the log holds of a tenant ends with its newest commit.
      return inLog.orElse(bound);
    }
  }
}
