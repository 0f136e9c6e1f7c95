package io.dosql.engine.archive;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * That a restore brings back what another one saved: until it has ended, that must stay.
 *
 * @param formatVersion {@link #FORMAT_VERSION}
 * @param restore id of the other one
 */
record NeededState(
    @JsonProperty(required = true) int formatVersion,
    @JsonProperty(required = true) String restore) {

  static final int FORMAT_VERSION = 1;

  NeededState {
    if (formatVersion != FORMAT_VERSION) {
      throw new IllegalArgumentException("the field formatVersion is " + formatVersion);
    }
    BackupSet _ = BackupSet.preRestore(restore);
  }

  static NeededState of(BackupSet set) {
    return new NeededState(FORMAT_VERSION, set.name());
  }
}
