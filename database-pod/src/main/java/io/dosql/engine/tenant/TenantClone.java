package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.OpenMode;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteException;
import io.dosql.engine.sqlite.SqliteStatement;
import io.dosql.engine.sqlite.Value;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a tenant from another one's present: a copy as of one commit, taken without stopping it,
 * becomes the new tenant's first commit.
 *
 * <p>The copy carries the clone's id (table {@code __dosql_clones}), so that asking again, also
 * after a crash, finds what was made instead of failing because it is there.
 */
final class TenantClone {

  private static final Logger LOG = LoggerFactory.getLogger(TenantClone.class);
  private static final Duration COPY_MAX = Duration.ofMinutes(30);
  private static final Duration READ_MAX = Duration.ofSeconds(30);

  private static final String TABLE =
      """
      CREATE TABLE IF NOT EXISTS __dosql_clones (
        id TEXT PRIMARY KEY NOT NULL,
        source TEXT NOT NULL,
        source_lsn INTEGER NOT NULL,
        lsn INTEGER NOT NULL,
        cloned_at TEXT NOT NULL
      )""";
  private static final String MARK =
      "INSERT OR REPLACE INTO __dosql_clones (id, source, source_lsn, lsn, cloned_at)"
          + " VALUES (?1, ?2, ?3, ?4, ?5)";
  private static final String EXISTS =
      "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = '__dosql_clones'";
  private static final String FIND =
      "SELECT source_lsn, lsn FROM __dosql_clones WHERE id = ?1 AND source = ?2";

  private final TenantParts parts;
  private final String id;
  private final Tenant source;
  private final Tenant target;

  /**
   * @param id of the work that this is an attempt at
   */
  TenantClone(TenantParts parts, String id, Tenant source, Tenant target) {
    this.parts = parts;
    this.id = id;
    this.source = source;
    this.target = target;
  }

  /**
   * @param sourceLsn the commit of the source that the clone began as
   * @param lsn the clone's first commit
   */
  record Made(long sourceLsn, long lsn) {}

  /** Fails with TENANT_EXISTS when the target is there, and is not this clone. */
  Made run() {
    Path copy = parts.folders().copyFor(target.name());
    try {
      Files.deleteIfExists(copy);
      TenantSnapshot snapshot = copyTo(copy);
      try (SqliteConnection content = SqliteConnection.open(copy, OpenMode.READ_WRITE)) {
        parts.folders().done("copied " + source.name());
        TenantChange.Filled filled =
            target.fill(
                content,
                COPY_MAX,
                "it is cloned from " + source.name(),
                lsn -> markOrExplain(content, snapshot.lsn(), lsn));
        return new Made(snapshot.lsn(), filled.lsn());
      }
    } catch (IOException failure) {
      throw new DosqlException(
              ErrorCode.RESOURCE_EXHAUSTED,
              "cloning tenant %s failed on the pod's disk: %s"
                  .formatted(source.name(), failure.getMessage()),
              failure)
          .withSuggestion("See to it that the volume has room for copies of the tenant.");
    } finally {
      delete(copy);
    }
  }

  private TenantSnapshot copyTo(Path copy) {
    try (Tenant.Use use = source.use()) {
      // The copy and the new tenant's file; its commit asks for room by itself.
      parts.environment().disk().checkRoomFor(2 * source.files().sizeBytes());
      return use.database().snapshotTo(copy, COPY_MAX);
    }
  }

  private void markOrExplain(SqliteConnection content, long sourceLsn, long lsn) {
    try {
      mark(content, sourceLsn, lsn);
    } catch (SqliteException inTheWay) {
      throw new DosqlException(
          ErrorCode.INVALID_REQUEST,
          "tenant %s cannot be cloned, for its table __dosql_clones cannot be written: %s"
              .formatted(source.name(), inTheWay.getMessage()),
          inTheWay);
    }
  }

  private void mark(SqliteConnection content, long sourceLsn, long lsn) {
    content.execute("PRAGMA synchronous = OFF");
    content.execute("BEGIN IMMEDIATE");
    content.execute(TABLE);
    try (SqliteStatement insert = content.prepare(MARK)) {
      insert.bind(1, new Value.Text(id));
      insert.bind(2, new Value.Text(source.name().value()));
      insert.bind(3, new Value.Int(sourceLsn));
      insert.bind(4, new Value.Int(lsn));
      insert.bind(5, new Value.Text(Instant.now().toString()));
      if (insert.step()) {
        throw new IllegalStateException("INSERT returned a row");
      }
    }
    content.execute("COMMIT");
  }

  /** What this clone has made, if the target is it. */
  Optional<Made> findMade() {
    try (Tenant.Use use = target.use()) {
      Optional<Made> made =
          use.database().readOnce(READ_MAX, connection -> find(connection.sqlite()));
      use.database().settle();
      return made;
    }
  }

  private Optional<Made> find(SqliteConnection sqlite) {
    try (SqliteStatement exists = sqlite.prepare(EXISTS)) {
      if (!exists.step()) {
        return Optional.empty();
      }
    }
    try (SqliteStatement find = sqlite.prepare(FIND)) {
      find.bind(1, new Value.Text(id));
      find.bind(2, new Value.Text(source.name().value()));
      return find.step()
          ? Optional.of(new Made(find.integer(0), find.integer(1)))
          : Optional.empty();
    }
  }

  private static void delete(Path copy) {
    for (String end : List.of("", "-wal", "-shm", "-journal")) {
      try {
        Files.deleteIfExists(copy.resolveSibling(copy.getFileName() + end));
      } catch (IOException leftForTheNextStart) {
        LOG.warn("{} could not be deleted", copy, leftForTheNextStart);
      }
    }
  }
}
