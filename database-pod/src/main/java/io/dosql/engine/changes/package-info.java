/**
 * The row changes of a commit: their records ({@link io.dosql.engine.changes.Change}), their binary
 * form ({@link io.dosql.engine.changes.ChangeFormat}), the buffer that they gather in while a
 * transaction runs ({@link io.dosql.engine.changes.ChangeBuffer}), and how to read them back from
 * the sections of the log's commit parts ({@link io.dosql.engine.changes.ChangeDecoder}). A leaf:
 * depends on nothing of ours, neither on SQLite nor on the log.
 */
@NullMarked
package io.dosql.engine.changes;

import org.jspecify.annotations.NullMarked;
