/**
 * The pod's commit log in the object store: slices of it, each an object with an index of its
 * tenants.
 *
 * <p>Entry point: {@link io.dosql.engine.archive.log.LogObjects}, all that one line has; the format
 * is at {@link io.dosql.engine.archive.log.LogObjectFormat}. Who writes them, when, and who may is
 * decided in {@code engine.archiver}.
 */
@NullMarked
package io.dosql.engine.archive.log;

import org.jspecify.annotations.NullMarked;
