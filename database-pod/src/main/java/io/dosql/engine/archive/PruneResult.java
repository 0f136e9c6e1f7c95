package io.dosql.engine.archive;

import java.util.List;

/**
 * What a pruning did.
 *
 * @param deleted names of the backups that are gone now, those gone before included
 * @param objects how many snapshots were deleted
 * @param bytes of those snapshots
 */
public record PruneResult(List<String> deleted, int objects, long bytes) {

  public PruneResult {
    deleted = List.copyOf(deleted);
  }
}
