package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses writes while the disk is nearly full, so that the log, whose failure would end the
 * process, always has room for what is already under way.
 */
public final class DiskGuard {

  private static final Logger LOG = LoggerFactory.getLogger(DiskGuard.class);

  private final FileStore store;
  private final long reserveBytes;
  private volatile long freeBytes = Long.MAX_VALUE;

  public DiskGuard(Path folder, long reserveBytes) throws IOException {
    this.store = Files.getFileStore(folder);
    this.reserveBytes = reserveBytes;
    refresh();
  }

  /** Asks the file system; called by maintenance. */
  void refresh() {
    boolean wasFull = isNearlyFull();
    try {
      freeBytes = store.getUsableSpace();
    } catch (IOException unknown) {
      LOG.warn("cannot tell the free space of {}", store, unknown);
      return;
    }
    if (wasFull != isNearlyFull()) {
      LOG.warn(
          "the disk has {} bytes free; writes are {} (diskReserveBytes is {})",
          freeBytes,
          wasFull ? "accepted again" : "refused",
          reserveBytes);
    }
  }

  public boolean isNearlyFull() {
    return freeBytes < reserveBytes;
  }

  public long freeBytes() {
    return freeBytes;
  }

  public long totalBytes() {
    try {
      return store.getTotalSpace();
    } catch (IOException unknown) {
      return 0;
    }
  }

  /** Before a write. */
  void check() {
    if (isNearlyFull()) {
      throw new DosqlException(
              ErrorCode.RESOURCE_EXHAUSTED,
              "the disk is nearly full: %d bytes free, the limit diskReserveBytes is %d"
                  .formatted(freeBytes, reserveBytes))
          .withSuggestion("Raise spec.storage.size of the database, or delete data; reads go on.")
          .withRetryAfter(Duration.ofSeconds(30))
          .withSqliteCode("SQLITE_FULL");
    }
  }
}
