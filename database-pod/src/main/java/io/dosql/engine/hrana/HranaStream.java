package io.dosql.engine.hrana;

import io.dosql.engine.session.SqlSession;

/**
 * A stream: a session and the SQL stored with it. Used by one request at a time, which {@link
 * HranaStreams} sees to.
 */
final class HranaStream {

  private final SqlSession session;
  private final StoredSql storedSql;
  private boolean closed;

  HranaStream(SqlSession session, StoredSql storedSql) {
    this.session = session;
    this.storedSql = storedSql;
  }

  SqlSession session() {
    return session;
  }

  StoredSql storedSql() {
    return storedSql;
  }

  /** True after a {@code close} request, or after a failure that the stream cannot outlive. */
  boolean isClosed() {
    return closed;
  }

  void markClosed() {
    closed = true;
  }

  String resolve(SqlText text) {
    return storedSql.resolve(text);
  }
}
