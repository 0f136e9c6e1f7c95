/**
 * Brings a tenant back as of a moment, from its chain and from log objects.
 *
 * <p>Entry point: {@link io.dosql.engine.archive.restore.ArchiveHistory} finds lines. Of one,
 * {@link io.dosql.engine.archive.restore.RestorePlanner} says what has to be read, or why it cannot
 * be, {@link io.dosql.engine.archive.restore.StateBuilder} makes the database file; {@link
 * io.dosql.engine.archive.restore.LineHistory} is both for one order, so that they share what they
 * have looked at. None changes the store. Of ours it may use {@code archive}, {@code log} and
 * {@code error} only.
 */
@NullMarked
package io.dosql.engine.archive.restore;

import org.jspecify.annotations.NullMarked;
