package io.dosql.engine.sqlite;

/**
 * Follows what the statements of one connection do to rows. SQLite tells of each change as it
 * happens, and not that it was undone: that is why the observer hears of statements, too.
 *
 * <p>All methods run on the thread that uses the connection. From {@link #changing} the connection
 * cannot be used; from the others it can, for statements that the observer hears of as well.
 */
public interface ChangeObserver {

  /**
   * A run of a statement begins; nothing of it has happened.
   *
   * @return a mark that comes back with the end of this run
   */
  long begins(SqliteStatement statement);

  /**
   * A row of a table, of any schema, is about to be changed. From within the native call: see
   * {@link SqliteConnection#setChangeObserver} for what becomes of an exception.
   *
   * @param row valid until this method returns
   */
  void changing(PreupdateRow row);

  /**
   * The run has ended, and SQLite kept what it did; a transaction may be open or just committed.
   */
  void ended(SqliteStatement statement, long mark);

  /**
   * The run has failed. What it did is undone, or kept up to where it failed (OR FAIL), or gone
   * with its transaction, which a rollback hook was told.
   */
  void failed(SqliteStatement statement, long mark);
}
