package io.dosql.engine.archive.restore;

import io.dosql.engine.archive.chain.ChainFile;
import io.dosql.engine.archive.chain.Deletion;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a tenant's state is made: files of its chain, then commits from log objects, in order.
 *
 * @param lsn that is reached; 0 if the tenant was not there, and there is nothing to read
 * @param time of that commit, milliseconds; the epoch for LSN 0
 * @param deletion what ended, by then, the tenant that had reached the LSN, or any at all; empty if
 *     nothing did as far as the archive knows
 */
public record RestorePlan(
    String tenant,
    String line,
    List<ChainFile> files,
    List<LogSlice> slices,
    long lsn,
    Instant time,
    Optional<Deletion> deletion) {

  public RestorePlan {
    files = List.copyOf(files);
    slices = List.copyOf(slices);
  }

  /** Whether the tenant was not there: it had no commit yet, or was deleted. */
  public boolean isEmpty() {
    return lsn == 0;
  }

  /** To be read from the store. */
  public long bytes() {
    return files.stream().mapToLong(ChainFile::bytes).sum()
        + slices.stream().mapToLong(LogSlice::bytes).sum();
  }

  /** How many objects are read. */
  public int objects() {
    return files.size() + slices.size();
  }
}
