package io.dosql.engine.archive;

import java.time.Instant;

/**
 * Says that a line which began as {@link ArchiveLine.Reason#Bootstrap} holds all that it was to
 * begin with: its {@code whole.json}.
 *
 * @param formatVersion 1
 * @param time when that was found
 */
record WholeLine(int formatVersion, String line, Instant time) {

  static final int FORMAT_VERSION = 1;

  WholeLine {
    if (formatVersion != FORMAT_VERSION) {
      throw new IllegalArgumentException(
          "formatVersion %d, expected %d".formatted(formatVersion, FORMAT_VERSION));
    }
  }
}
