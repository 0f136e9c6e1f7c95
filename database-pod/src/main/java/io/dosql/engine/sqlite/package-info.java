/**
 * Binding to libsqlite3 through java.lang.foreign, as small typed wrappers. The only package that
 * knows java.lang.foreign; depends on nothing of ours. Entry point: {@link
 * io.dosql.engine.sqlite.SqliteConnection}.
 */
@NullMarked
package io.dosql.engine.sqlite;

import org.jspecify.annotations.NullMarked;
