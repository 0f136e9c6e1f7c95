package io.dosql.engine.http;

import io.dosql.engine.session.SqlStatement;
import java.util.List;

/**
 * The body of {@code batch}.
 *
 * @param statements at least one
 */
record BatchRequest(List<SqlStatement> statements, Mode mode) {

  /** What becomes of the other statements when one fails. */
  enum Mode {
    /** All are one transaction: none has happened. */
    ATOMIC,
    /** Each is on its own: those before it have happened, those behind it are not run. */
    STOP,
    /** Each is on its own: all are run. */
    CONTINUE
  }
}
