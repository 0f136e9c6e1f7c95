/**
 * Binding to libsqlite3 through java.lang.foreign, as small typed wrappers that check every return
 * code, and guard every handle so that no mistake of their callers can bring the JVM down. The only
 * package that knows java.lang.foreign; depends on nothing of ours. Entry points: {@link
 * io.dosql.engine.sqlite.SqliteConnection}, {@link io.dosql.engine.sqlite.SqliteLibrary}.
 *
 * <p>In layers: {@code *Calls}, one class per area of the C interface, hold the method handles and
 * check nothing; {@code SqliteConnection}, {@code SqliteStatement} and {@code SqlScript} own the
 * pointers, and reach a call only through the connection's {@code OwnerGuard}; {@code Hooks} let C
 * call back.
 */
@NullMarked
package io.dosql.engine.sqlite;

import org.jspecify.annotations.NullMarked;
