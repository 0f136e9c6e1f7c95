package io.dosql.engine.tenant;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.sqlite.SqliteConnection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a tenant's files anew from another database, while nobody can use the tenant: in a folder
 * of their own, by one commit that goes into the log as any other, then by a rename.
 */
final class TenantFilling {

  private static final Logger LOG = LoggerFactory.getLogger(TenantFilling.class);

  /** The new files could neither be put in place nor removed: the next start must decide. */
  static final class InTheWayException extends IOException {

    private static final long serialVersionUID = 1L;

    InTheWayException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private final TenantName name;
  private final TenantParts parts;
  private final long base;
  private final Strand strand;

  /**
   * @param base the LSN that the tenant has had, or more
   */
  TenantFilling(TenantName name, TenantParts parts, long base) {
    this.name = name;
    this.parts = parts;
    this.base = base;
    this.strand = new Strand(parts.environment().pools().writersOf(name));
  }

  /**
   * @param filled called when the new files are in place
   */
  TenantChange.Filled run(SqliteConnection source, Duration timeout, Runnable filled)
      throws IOException {
    boolean isInPlace = false;
    try {
      TenantFiles files = parts.folders().prepare(name, base);
      long lsn = commit(files, source, timeout);
      Path aside = parts.folders().install(name);
      isInPlace = true;
      filled.run();
      if (aside.equals(parts.folders().files(name).folder())) {
        return new TenantChange.Filled(lsn, null);
      }
      LOG.warn("tenant {}: its damaged files are kept in {}", name, aside);
      parts.folders().removeDamaged(name, parts.life().maxDamagedCopies());
      return new TenantChange.Filled(lsn, String.valueOf(aside.getFileName()));
    } finally {
      if (!isInPlace) {
        takeBack();
      }
    }
  }

  private long commit(TenantFiles files, SqliteConnection source, Duration timeout)
      throws IOException {
    makeRoomInLog();
    TenantDatabase database = open(files);
    boolean isClosed = false;
    try {
      parts.folders().done("opened what it becomes");
      long lsn = database.replaceWith(source, timeout, () -> {});
      parts.folders().done("committed its content");
      close(database);
      isClosed = true;
      parts.folders().done("closed what it becomes");
      return lsn;
    } finally {
      if (!isClosed) {
        close(database);
      }
    }
  }

  /**
   * The log takes no commit that leaves a gap to those that it holds. There is one only where the
   * newest of these is not known to be the tenant's newest, and then they are of no use.
   */
  private void makeRoomInLog() {
    OptionalLong inLog = parts.environment().log().lastLsn(name.value());
    if (inLog.isPresent() && inLog.getAsLong() < base) {
      parts.environment().log().checkpointed(name.value(), base);
    }
  }

  private TenantDatabase open(TenantFiles files) throws IOException {
    return join(
        () ->
            new TenantDatabase(
                name,
                files,
                files.readState(),
                strand,
                parts.environment(),
                failure -> LOG.warn("tenant {}: what fills it is damaged", name, failure)));
  }

  private void close(TenantDatabase database) throws IOException {
    boolean _ =
        join(
            () -> {
              database.close();
              return true;
            });
  }

  private <T> T join(java.util.concurrent.Callable<T> job) throws IOException {
    try {
      return strand.submit(job).get();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new DosqlException(
          ErrorCode.CONNECTION_ERROR, "interrupted while filling tenant " + name, stop);
    } catch (ExecutionException failure) {
      @Nullable Throwable cause = failure.getCause();
      switch (cause) {
        case DosqlException told -> throw told;
        case IOException disk -> throw disk;
        case null, default -> throw new IOException(String.valueOf(cause), failure);
      }
    }
  }

  /** Nothing came of it: nothing is left of it, neither files nor, for a new tenant, commits. */
  private void takeBack() throws InTheWayException {
    try {
      OptionalLong inLog = parts.environment().log().lastLsn(name.value());
      boolean isNew = !java.nio.file.Files.isDirectory(parts.folders().files(name).folder());
      if (isNew && inLog.isPresent() && inLog.getAsLong() > base) {
        parts.folders().deleteBeingMade(name, inLog.getAsLong());
      } else {
        parts.folders().discard(name);
      }
    } catch (IOException stuck) {
      throw new InTheWayException(
          "what was to become tenant %s cannot be removed; free the disk and restart the pod: %s"
              .formatted(name, stuck.getMessage()),
          stuck);
    }
  }
}
