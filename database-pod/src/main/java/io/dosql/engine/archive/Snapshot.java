package io.dosql.engine.archive;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's state that is to be filed away.
 *
 * @param line history that the LSN counts in
 * @param lsn 0 for a tenant that never had a commit
 * @param time of the state
 * @param schemaVersion id of the highest migration applied, if any
 * @param tables what is known of its tables' rows
 * @param database the whole state in one file that nobody writes; not read when {@code lsn} is 0
 */
public record Snapshot(
    String tenant,
    String line,
    long lsn,
    Instant time,
    @Nullable String schemaVersion,
    Path database,
    List<TableRows> tables) {

  public Snapshot {
    tables = List.copyOf(tables);
    ArchiveLayout.checkTenant(tenant);
    ArchiveLayout.checkLine(line);
    if (lsn < 0) {
      throw new IllegalArgumentException("negative LSN of tenant " + tenant);
    }
  }
}
