package io.dosql.engine.hrana;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.session.SqlSession;
import java.util.HashMap;
import java.util.Map;

/**
 * A stream: a session and the SQL stored with it. Used by one request at a time, which {@link
 * HranaStreams} sees to.
 */
final class HranaStream {

  private final StreamOwner owner;
  private final SqlSession session;
  private final HranaLimits limits;
  private final Map<Integer, String> storedSql = new HashMap<>();
  private long storedSqlBytes;
  private boolean closed;

  HranaStream(StreamOwner owner, SqlSession session, HranaLimits limits) {
    this.owner = owner;
    this.session = session;
    this.limits = limits;
  }

  StreamOwner owner() {
    return owner;
  }

  SqlSession session() {
    return session;
  }

  /** True after a {@code close} request, or after a failure that the stream cannot outlive. */
  boolean isClosed() {
    return closed;
  }

  void markClosed() {
    closed = true;
  }

  String resolve(SqlText text) {
    return switch (text) {
      case SqlText.Inline inline -> inline.sql();
      case SqlText.Stored stored -> {
        String sql = storedSql.get(stored.id());
        if (sql == null) {
          throw new DosqlException(
              ErrorCode.INVALID_REQUEST, "No SQL is stored under the sql_id " + stored.id() + ".");
        }
        yield sql;
      }
    };
  }

  void store(int id, String sql) {
    if (storedSql.containsKey(id)) {
      throw new DosqlException(
          ErrorCode.INVALID_REQUEST, "SQL is stored already under the sql_id " + id + ".");
    }
    long bytes = sizeBytes(sql);
    if (storedSqlBytes + bytes > limits.maxStoredSqlBytes()) {
      throw new DosqlException(
          ErrorCode.RESOURCE_EXHAUSTED,
          "The SQL stored on a stream may take %d bytes in all (maxStoredSqlBytes)."
              .formatted(limits.maxStoredSqlBytes()));
    }
    storedSql.put(id, sql);
    storedSqlBytes += bytes;
  }

  void forget(int id) {
    String sql = storedSql.remove(id);
    if (sql != null) {
      storedSqlBytes -= sizeBytes(sql);
    }
  }

  /** What an entry weighs, so that many empty texts are bounded too. */
  private static long sizeBytes(String sql) {
    return 64 + 2L * sql.length();
  }
}
