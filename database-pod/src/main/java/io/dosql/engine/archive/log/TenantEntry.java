package io.dosql.engine.archive.log;

import java.time.Instant;
import java.util.List;

/**
 * What a log object holds of one tenant.
 *
 * @param parts how many parts
 * @param lowestLsn of all parts, those of commits that end elsewhere included
 * @param highestLsn likewise
 * @param firstCommit LSN of the first commit whose last part is in the object; 0 if there is none
 * @param lastCommit LSN of the last one; 0 if there is none
 * @param firstTime time of the first one, milliseconds; the epoch if there is none
 * @param lastTime time of the last one
 * @param extents where the parts lie, in the order of the log
 */
public record TenantEntry(
    String tenant,
    int parts,
    long lowestLsn,
    long highestLsn,
    long firstCommit,
    long lastCommit,
    Instant firstTime,
    Instant lastTime,
    List<Extent> extents) {

  public TenantEntry {
    extents = List.copyOf(extents);
  }

  /**
   * Parts of one tenant with nothing between them.
   *
   * @param offset in the object
   * @param lengthBytes of them all
   */
  public record Extent(long offset, int lengthBytes) {

    long end() {
      return offset + lengthBytes;
    }
  }
}
