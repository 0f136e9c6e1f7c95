package io.dosql.engine.migration;

import io.dosql.engine.error.DosqlException;
import org.jspecify.annotations.Nullable;

/**
 * Where and why a migration failed.
 *
 * @param statement number of the statement in the migration, from 1; 0 when it is not about one
 * @param line in the migration's text, from 1; 0 when unknown
 * @param column in that line, from 1; 0 when unknown
 * @param sql the statement, shortened
 * @param message SQLite's message, or ours
 */
public record MigrationFailure(
    String migration, int statement, int line, int column, String sql, String message) {

  /** The failure as an exception of the catalogue carries it. */
  static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient MigrationFailure failure;

    Failed(MigrationFailure failure, @Nullable DosqlException cause) {
      super(failure.message(), cause);
      this.failure = failure;
    }

    MigrationFailure failure() {
      return failure;
    }
  }
}
