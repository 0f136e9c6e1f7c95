/**
 * Lines that have ended: which of them no moment needs any more, and how their content goes.
 *
 * <p>Entry points: {@link io.dosql.engine.archive.line.LineRetention} decides, {@link
 * io.dosql.engine.archive.line.LineContent} deletes. When, and how much at a time, is up to {@code
 * engine.archiver}.
 */
@NullMarked
package io.dosql.engine.archive.line;

import org.jspecify.annotations.NullMarked;
