package io.dosql.engine.hrana;

import io.dosql.engine.session.Parameters;

/**
 * Hrana's {@code Stmt}.
 *
 * @param wantRows false drops the rows, not the columns
 */
record StatementRequest(SqlText sql, Parameters parameters, boolean wantRows) {

  /** The same with its SQL put in. */
  StatementRequest withSqlOf(StoredSql stored) {
    return new StatementRequest(stored.inline(sql), parameters, wantRows);
  }
}
