package io.dosql.engine.hrana;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * SQL that a client has stored under a number of its own: for one stream over HTTP, for all streams
 * of a connection over WebSocket. Thread safe.
 */
final class StoredSql {

  private final HranaLimits limits;
  private final ReentrantLock lock = new ReentrantLock();

  @GuardedBy("lock")
  private final Map<Integer, String> texts = new HashMap<>();

  @GuardedBy("lock")
  private long sizeBytes;

  StoredSql(HranaLimits limits) {
    this.limits = limits;
  }

  boolean has(int id) {
    lock.lock();
    try {
      return texts.containsKey(id);
    } finally {
      lock.unlock();
    }
  }

  /** The SQL of a text; INVALID_REQUEST if it names some that is not there. */
  String resolve(SqlText text) {
    return switch (text) {
      case SqlText.Inline inline -> inline.sql();
      case SqlText.Stored stored -> get(stored.id());
    };
  }

  private String get(int id) {
    lock.lock();
    try {
      String sql = texts.get(id);
      if (sql == null) {
        throw new DosqlException(
            ErrorCode.INVALID_REQUEST, "No SQL is stored under the sql_id " + id + ".");
      }
      return sql;
    } finally {
      lock.unlock();
    }
  }

  /** The text, with the SQL that it names by number; INVALID_REQUEST if there is none. */
  SqlText inline(SqlText text) {
    return text instanceof SqlText.Inline ? text : new SqlText.Inline(resolve(text));
  }

  /** INVALID_REQUEST if the number is taken, RESOURCE_EXHAUSTED if it becomes too much. */
  void store(int id, String sql) {
    lock.lock();
    try {
      if (texts.containsKey(id)) {
        throw new DosqlException(
            ErrorCode.INVALID_REQUEST, "SQL is stored already under the sql_id " + id + ".");
      }
      long bytes = sizeBytes(sql);
      if (sizeBytes + bytes > limits.maxStoredSqlBytes()) {
        throw new DosqlException(
            ErrorCode.RESOURCE_EXHAUSTED,
            "The SQL stored on a stream may take %d bytes in all (maxStoredSqlBytes)."
                .formatted(limits.maxStoredSqlBytes()));
      }
      texts.put(id, sql);
      sizeBytes += bytes;
    } finally {
      lock.unlock();
    }
  }

  /** Nothing happens if there is none. */
  void forget(int id) {
    lock.lock();
    try {
      String sql = texts.remove(id);
      if (sql != null) {
        sizeBytes -= sizeBytes(sql);
      }
    } finally {
      lock.unlock();
    }
  }

  /** What an entry weighs, so that many empty texts are bounded too. */
  private static long sizeBytes(String sql) {
    return 64 + 2L * sql.length();
  }
}
