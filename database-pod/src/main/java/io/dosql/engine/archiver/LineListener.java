package io.dosql.engine.archiver;

import io.dosql.engine.log.LogPosition;

/** Hears which line is archived, and from where. Called on the archiver's thread. */
@FunctionalInterface
public interface LineListener {

  /**
   * A claim was stored: from now on this process archives the line. Called again, perhaps with
   * another line, after an older writer was found to have slipped in.
   *
   * @param chainedTo what the line's newest object says: all commits that end before it are in
   *     chains; {@link LogPosition#START} in a line without chains
   * @param from where the first object of this process begins
   */
  void claimed(String line, LogPosition chainedTo, LogPosition from);
}
