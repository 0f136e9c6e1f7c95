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
 * @param time of the state: what was acknowledged before is in it
 * @param commitTime not before that of the state's last commit, and so perhaps after {@code time}:
 *     whoever wants the state of a moment must not be given what came after it
 * @param schemaVersion id of the highest migration applied, if any
 * @param tables what is known of its tables' rows
 * @param database the whole state in one file that nobody writes; not read when {@code lsn} is 0
 */
public record Snapshot(
    String tenant,
    String line,
    long lsn,
    Instant time,
    Instant commitTime,
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
