/**
 * The LTX file format, as Litestream 0.5 writes and reads it; layout drawing in {@link
 * io.dosql.engine.archive.ltx.LtxFormat}.
 *
 * <p>Entry point: {@link io.dosql.engine.archive.ltx.LtxSnapshots}; below it {@link
 * io.dosql.engine.archive.ltx.LtxWriter} and {@link io.dosql.engine.archive.ltx.LtxReader}, which
 * stream. Depends on nothing of ours.
 */
@NullMarked
package io.dosql.engine.archive.ltx;

import org.jspecify.annotations.NullMarked;
