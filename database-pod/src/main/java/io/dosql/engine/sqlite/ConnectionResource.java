package io.dosql.engine.sqlite;

/** What must be given back before its connection closes. */
abstract sealed class ConnectionResource permits SqliteStatement, SqlScript {

  /** Gives the native side back, without telling the connection; its guard is held. */
  abstract void release();
}
