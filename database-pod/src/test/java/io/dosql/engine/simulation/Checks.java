package io.dosql.engine.simulation;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.CorruptLogException;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LogReader;
import io.dosql.engine.log.LoggedPart;
import io.dosql.engine.simulation.TenantModel.Row;
import io.dosql.engine.simulation.TenantModel.View;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantName;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What must hold of an engine that was opened after a crash, and that nobody uses yet. */
final class Checks {

  /** Until the next try. */
  private static final Duration LONGER_THAN_ANY_QUARANTINE = Duration.ofHours(1);

  private final Simulation simulation;

  Checks(Simulation simulation) {
    this.simulation = simulation;
  }

  /** Compares tenants, that nobody uses, with the model. */
  void checkTenants(EngineProcess process, List<String> tenants) {
    for (String tenant : tenants) {
      TenantModel model = simulation.model(tenant);
      Tenant opened = process.tenants().tenants().get(new TenantName(tenant));
      long lsnAsleep = opened.summary().lsn();
      try (Tenant.Use use = use(opened)) {
        View view = use.database().readOnce(Duration.ofMinutes(5), c -> read(model, c.sqlite()));
        long lsn = use.database().lastLsn();
        if (lsn != lsnAsleep) {
          throw model.violation("LSN %d asleep, %d awake".formatted(lsnAsleep, lsn));
        }
        model.recovered(view, lsn);
      } catch (DosqlException failed) {
        throw new Violation("tenant %s cannot be used".formatted(tenant), failed);
      }
    }
  }

  /** What could not be opened while something was wrong can be, a while later. */
  private Tenant.Use use(Tenant tenant) {
    try {
      return tenant.use();
    } catch (DosqlException failed) {
      if (failed.code() != ErrorCode.TENANT_UNAVAILABLE || !simulation.volume().hasFailed()) {
        throw failed;
      }
      simulation.clock().advance(LONGER_THAN_ANY_QUARANTINE.toNanos());
      return tenant.use();
    }
  }

  /** All that a tenant holds; fails unless it is sound. */
  static View read(TenantModel model, SqliteConnection sqlite) {
    try (SqliteStatement check = sqlite.prepare("PRAGMA integrity_check")) {
      if (!check.step() || !check.text(0).equals("ok")) {
        throw model.violation("integrity_check: " + check.text(0));
      }
    }
    List<Long> history = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    if (hasTables(sqlite)) {
      try (SqliteStatement statement = sqlite.prepare("SELECT place, txn FROM h ORDER BY place")) {
        while (statement.step()) {
          history.add(statement.integer(1));
          if (statement.integer(0) != history.size()) {
            throw model.violation("the history has a place " + statement.integer(0));
          }
        }
      }
      try (SqliteStatement statement = sqlite.prepare("SELECT k, v, n FROM d ORDER BY k")) {
        while (statement.step()) {
          rows.add(new Row(statement.integer(0), statement.blob(1), statement.integer(2)));
        }
      }
    }
    return new View(history, rows);
  }

  /** Not by what the schema says of itself: a bit of that may have changed, too. */
  private static boolean hasTables(SqliteConnection sqlite) {
    try (SqliteStatement statement = sqlite.prepare("SELECT count(*) FROM sqlite_schema")) {
      return statement.step() && statement.integer(0) > 0;
    }
  }

  /** In the log each tenant's complete commits are numbered without gaps and repeats. */
  void checkLog(CommitLog log) throws IOException {
    if (!log.damage().isEmpty()) {
      throw new Violation("a crash is not corruption: " + log.damage());
    }
    LogPosition oldest = log.oldest();
    if (oldest.compareTo(LogPosition.START) > 0) {
      simulation.statistics().releasedSegments++;
    }
    try (LogReader reader = log.reader(oldest)) {
      checkNumbers(reader);
    } catch (CorruptLogException wrong) {
      throw new Violation("a crash is not corruption", wrong);
    }
  }

  private static void checkNumbers(LogReader reader) throws IOException {
    Map<String, Long> newest = new HashMap<>();
    Optional<LoggedPart> next = reader.next();
    while (next.isPresent()) {
      var part = next.get().part();
      Long before = newest.get(part.tenant());
      if (part.isLast()) {
        if (before != null && part.lsn() != before + 1) {
          throw new Violation(
              "the log has tenant %s, LSN %d after LSN %d"
                  .formatted(part.tenant(), part.lsn(), before));
        }
        newest.put(part.tenant(), part.lsn());
      }
      next = reader.next();
    }
  }
}
