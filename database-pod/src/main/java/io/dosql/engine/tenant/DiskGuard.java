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

  /** Where the space is that is watched. */
  interface Space {
    long freeBytes() throws IOException;

    long totalBytes() throws IOException;
  }

  private final Space space;
  private final long reserveBytes;
  private volatile long freeBytes = Long.MAX_VALUE;

  public DiskGuard(Path folder, long reserveBytes) throws IOException {
    this(spaceOf(Files.getFileStore(folder)), reserveBytes);
  }

  DiskGuard(Space space, long reserveBytes) {
    this.space = space;
    this.reserveBytes = reserveBytes;
    refresh();
  }

  private static Space spaceOf(FileStore store) {
    return new Space() {
      @Override
      public long freeBytes() throws IOException {
        return store.getUsableSpace();
      }

      @Override
      public long totalBytes() throws IOException {
        return store.getTotalSpace();
      }

      @Override
      public String toString() {
        return store.toString();
      }
    };
  }

  /** Asks the file system; called by maintenance. */
  void refresh() {
    boolean wasFull = isNearlyFull();
    try {
      freeBytes = space.freeBytes();
    } catch (IOException unknown) {
      LOG.warn("cannot tell the free space of {}", space, unknown);
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
      return space.totalBytes();
    } catch (IOException unknown) {
      return 0;
    }
  }

  /** Before a transaction that writes. */
  void check() {
    if (isNearlyFull()) {
      throw refusal();
    }
  }

  /** Before a write whose size is known. */
  void checkRoomFor(long bytes) {
    if (freeBytes - bytes < reserveBytes) {
      throw full(
          "%d bytes are needed, %d are free, the limit diskReserveBytes is %d"
              .formatted(bytes, freeBytes, reserveBytes));
    }
  }

  /** What a client is told whose write does not fit. */
  DosqlException refusal() {
    return full(
        "the disk is nearly full: %d bytes free, the limit diskReserveBytes is %d"
            .formatted(freeBytes, reserveBytes));
  }

  private static DosqlException full(String message) {
    return new DosqlException(ErrorCode.RESOURCE_EXHAUSTED, message)
        .withSuggestion("Raise spec.storage.size of the database, or delete data; reads go on.")
        .withRetryAfter(Duration.ofSeconds(30))
        .withSqliteCode("SQLITE_FULL");
  }
}
