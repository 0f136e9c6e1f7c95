package io.dosql.engine.log;

import java.util.List;

/**
 * Where a complete commit lies in the log.
 *
 * @param parts the positions of its parts in order, for {@link PartReader#read}
 */
public record LoggedCommit(long lsn, List<LogPosition> parts) {

  public LoggedCommit {
    parts = List.copyOf(parts);
  }
}
