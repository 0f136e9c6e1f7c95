package io.dosql.engine.archive.restore;

import java.time.Instant;

/** What is to be restored of a tenant's history. */
public sealed interface RestoreTarget {

  /** The newest commit that the archive holds. */
  record Latest() implements RestoreTarget {}

  /**
   * All commits up to and including a moment.
   *
   * @param time compared with the commits' times, which have milliseconds
   */
  record AtTime(Instant time) implements RestoreTarget {}

  /** All commits up to and including one. */
  record AtLsn(long lsn) implements RestoreTarget {
    public AtLsn {
      if (lsn < 1) {
        throw new IllegalArgumentException("LSNs begin with 1: " + lsn);
      }
    }
  }

  /** Whether a commit belongs to what is to be restored. */
  default boolean includes(long lsn, Instant time) {
    return switch (this) {
      case Latest latest -> true;
      case AtTime at -> !time.isAfter(at.time());
      case AtLsn at -> lsn <= at.lsn();
    };
  }

  /** As errors name it. */
  default String text() {
    return switch (this) {
      case Latest latest -> "the newest commit";
      case AtTime at -> at.time().toString();
      case AtLsn at -> "LSN " + at.lsn();
    };
  }
}
