package io.dosql.engine.backup;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * For a pod without an object store of its own: says so. It may be given another database's store
 * to begin with, from which it can restore.
 */
public final class NoBackups implements BackupService {

  private final Optional<BackupService> elsewhere;

  /**
   * @param elsewhere restores from the other store
   */
  public NoBackups(Optional<BackupService> elsewhere) {
    this.elsewhere = elsewhere;
  }

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
  public Listing listPreRestore(@Nullable String after, int limit) {
    return new Listing(List.of(), Optional.empty());
  }

  @Override
  public Plan plan(RestoreOrder order) {
    return serviceFor(order).plan(order);
  }

  @Override
  public Restored restore(String restoreId, RestoreOrder order, Progress progress) {
    return serviceFor(order).restore(restoreId, order, progress);
  }

  private BackupService serviceFor(RestoreOrder order) {
    return elsewhere.filter(_ -> order.fromElsewhere()).orElseThrow(NoBackups::noStore);
  }

  @Override
  public Pruned prune(List<String> names) {
    throw noStore();
  }
}
