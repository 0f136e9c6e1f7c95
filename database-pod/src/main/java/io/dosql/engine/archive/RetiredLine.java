package io.dosql.engine.archive;

import java.time.Instant;

/**
 * Says that a line is out of the window and is being deleted, or is deleted but for snapshots that
 * backups need: its {@code retired.json}. Nothing but such a backup is restored from the line any
 * more, and no directory goes on in it.
 *
 * @param formatVersion 1
 * @param time when that was decided
 */
record RetiredLine(int formatVersion, String line, Instant time) {

  static final int FORMAT_VERSION = 1;

  RetiredLine {
    if (formatVersion != FORMAT_VERSION) {
      throw new IllegalArgumentException(
          "formatVersion %d, expected %d".formatted(formatVersion, FORMAT_VERSION));
    }
  }
}
