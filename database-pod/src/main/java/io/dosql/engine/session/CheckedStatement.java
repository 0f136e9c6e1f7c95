package io.dosql.engine.session;

import io.dosql.engine.error.DosqlException;
import org.jspecify.annotations.Nullable;

/**
 * What there is to say of a statement that was compiled and not run.
 *
 * @param position where it begins in the text that was checked
 * @param description null if it does not compile
 * @param failure why it does not compile, with its place in the whole text; null if it does
 */
public record CheckedStatement(
    DosqlException.@Nullable Position position,
    Kind kind,
    @Nullable Description description,
    @Nullable DosqlException failure) {

  /** What kind of statement it is, by its first word. */
  public enum Kind {
    /** It yields rows and changes nothing. */
    QUERY,
    /** It changes rows. */
    CHANGE,
    /** It changes tables, views, indexes or triggers. */
    SCHEMA,
    /** It begins or ends a transaction or savepoint. */
    TRANSACTION,
    PRAGMA,
    EXPLAIN,
    /** ANALYZE, REINDEX, VACUUM, or no statement at all. */
    OTHER
  }
}
