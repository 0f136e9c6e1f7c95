package io.dosql.engine.archiver;

import io.dosql.engine.archive.log.LogObjectWriter;
import io.dosql.engine.archive.log.LogSpan;
import java.time.Instant;

/**
 * Parts that were read from the log, to become an object. Whoever gets it closes the writer.
 *
 * @param span all parts that begin in it are in the writer; there may be none
 * @param isMore whether a limit of the object ended it, and not the end of the log
 * @param firstTime time of the first part; the epoch if there is none
 * @param lastTime time of the last one
 */
record LogCut(
    LogObjectWriter writer, LogSpan span, boolean isMore, Instant firstTime, Instant lastTime) {

  boolean isEmpty() {
    return writer.parts() == 0;
  }
}
