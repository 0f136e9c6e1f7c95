package io.dosql.engine.backup;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** For a pod without an object store: says so. */
public final class NoBackups implements BackupService {

  private static DosqlException noStore() {
    return new DosqlException(
            ErrorCode.STORAGE_NOT_FOUND, "the database has no object store for backups")
        .withSuggestion("Set spec.backup.store of the database.");
  }

  @Override
  public Taken take(
      String operation, String name, Optional<List<String>> tenants, Progress progress) {
    throw noStore();
  }

  @Override
  public Listing list(@Nullable String after, int limit) {
    return new Listing(List.of(), Optional.empty());
  }

  @Override
  public List<RestoredTenant> restore(
      String restoreId, String backup, Optional<List<String>> tenants, Progress progress) {
    throw noStore();
  }

  @Override
  public Pruned prune(List<String> names) {
    throw noStore();
  }
}
