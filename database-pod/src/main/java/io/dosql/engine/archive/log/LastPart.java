package io.dosql.engine.archive.log;

import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.StoredPart;

/**
 * The newest part that a line's objects hold: a log that has the same one at the same place is the
 * log that they were made of.
 *
 * @param digest SHA-256 of the part's bytes
 */
public record LastPart(LogPosition position, Sha256 digest) {

  public static LastPart of(StoredPart part) {
    return new LastPart(part.position(), Sha256.of(part.bytes()));
  }
}
