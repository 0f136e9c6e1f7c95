package io.dosql.engine.sqlite;

/**
 * What a statement does to a savepoint.
 *
 * @param name as SQLite's parser read it, without quotes; names are equal in any letter case
 */
public record SavepointOperation(Action action, String name) {

  /** SAVEPOINT, RELEASE and ROLLBACK TO. */
  public enum Action {
    BEGIN,
    RELEASE,
    ROLLBACK
  }
}
