/**
 * Gets every commit into the object store: follows the log, writes log objects, and keeps two
 * engines apart that believe to be the same database.
 *
 * <p>Entry points: {@link io.dosql.engine.archiver.Archiver}, which works in the background, and
 * {@link io.dosql.engine.archiver.ArchiveStatus}, what is told of it. May use {@code log}, {@code
 * archive}, {@code tenant} and {@code error}.
 */
@NullMarked
package io.dosql.engine.archiver;

import org.jspecify.annotations.NullMarked;
