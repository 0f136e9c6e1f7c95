package io.dosql.engine.tenant;

import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteStatement;
import java.util.LinkedHashMap;
import java.util.Map;

/** A connection's prepared statements by text, the least recently used closed first. */
final class StatementCache {

  private static final int SQL_CHARACTERS_MAX = 8 * 1024;

  private final SqliteConnection connection;
  private final int statementsMax;
  private final LinkedHashMap<String, SqliteStatement> idle = new LinkedHashMap<>();

  StatementCache(SqliteConnection connection, int statementsMax) {
    this.connection = connection;
    this.statementsMax = statementsMax;
  }

  /** Takes the statement out of the cache, or compiles it; give it back with {@link #release}. */
  SqliteStatement take(String sql) {
    SqliteStatement cached = idle.remove(sql);
    return cached != null ? cached : connection.preparePersistent(sql);
  }

  /** Keeps the statement for the next use of its text, reset and without bindings. */
  void release(String sql, SqliteStatement statement) {
    try {
      statement.reset();
    } catch (RuntimeException failure) {
      statement.close();
      throw failure;
    }
    if (sql.length() > SQL_CHARACTERS_MAX || idle.containsKey(sql)) {
      statement.close();
      return;
    }
    statement.clearBindings();
    idle.put(sql, statement);
    if (idle.size() > statementsMax) {
      Map.Entry<String, SqliteStatement> eldest = idle.firstEntry();
      idle.remove(eldest.getKey());
      eldest.getValue().close();
    }
  }

  /** Closes all: they were compiled under a policy or a schema that no longer holds. */
  void clear() {
    idle.values().forEach(SqliteStatement::close);
    idle.clear();
  }
}
