package io.dosql.engine.archiver.chain;

import static io.dosql.engine.error.ErrorCode.STORAGE_TIMEOUT;

import io.dosql.engine.archive.Snapshot;
import io.dosql.engine.archive.chain.ChainLevel;
import io.dosql.engine.archive.restore.LineHistory;
import io.dosql.engine.archive.restore.RestorePlan;
import io.dosql.engine.archive.restore.RestoreTarget;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LogReader;
import io.dosql.engine.log.LoggedPart;
import io.dosql.engine.log.PositionReleasedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Takes snapshots of tenants for their chains. One thread. */
final class ChainSnapshots {

  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private final ChainContext context;

  ChainSnapshots(ChainContext context) {
    this.context = context;
  }

  /**
   * Stores a tenant's present state, as soon as log objects hold it, too: before that it may be a
   * history that another writer does not share.
   *
   * @return its LSN, 0 if the tenant never had a commit
   * @throws DosqlException as of the tenant and of the store; {@code STORAGE_TIMEOUT} when the log
   *     objects do not come
   */
  long take(String tenant) throws IOException {
    Path copy = Files.createTempFile(context.scratch(), "chain-" + tenant + "-", ".db");
    Files.delete(copy);
    try {
      Snapshot snapshot = context.tenants().copy(tenant, copy);
      if (snapshot.lsn() > 0) {
        awaitArchived(tenant, context.log().settled());
        context.rate().acquire();
        context.uploader().uploadForChain(snapshot);
        context.progress().written(ChainLevel.SNAPSHOT);
        context.progress().succeeded(null);
      }
      return snapshot.lsn();
    } finally {
      for (String end : List.of("", "-wal", "-shm", "-journal")) {
        Files.deleteIfExists(copy.resolveSibling(copy.getFileName() + end));
      }
    }
  }

  /**
   * Stores the newest state that the archive has of a tenant which is not there any more. Its
   * commits are in no chain otherwise, and whoever looks for them relies on chains.
   *
   * @return its LSN, 0 if the tenant never had a commit
   * @throws DosqlException as of restores, and of the store
   */
  long takeFromArchive(String tenant) throws IOException {
    LineHistory history =
        new LineHistory(
            context.catalog(),
            context.deletions(),
            context.logObjects(),
            context.pageBytes(),
            context.scratch());
    RestorePlan plan = history.planner().plan(tenant, new RestoreTarget.Latest(), Instant.MAX);
    if (plan.isEmpty()) {
      return 0;
    }
    Path state = Files.createTempFile(context.scratch(), "chain-" + tenant + "-", ".db");
    Files.delete(state);
    try {
      history.builder().build(plan, state, bytes -> {});
      context.rate().acquire();
      context
          .uploader()
          .uploadForChain(
              new Snapshot(
                  tenant,
                  plan.line(),
                  plan.lsn(),
                  plan.time(),
                  plan.time(),
                  null,
                  state,
                  List.of()));
      context.progress().written(ChainLevel.SNAPSHOT);
      return plan.lsn();
    } finally {
      Files.deleteIfExists(state);
    }
  }

  private void awaitArchived(String tenant, LogPosition position) throws IOException {
    long begun = context.nanoTime().getAsLong();
    long maxNanos = context.limits().archiveWait().toNanos();
    while (!isArchived(position)) {
      if (context.nanoTime().getAsLong() - begun >= maxNanos) {
        throw new DosqlException(
            STORAGE_TIMEOUT,
            "The snapshot of tenant %s for its chain waited %d s for the log objects that hold its"
                    .formatted(tenant, context.limits().archiveWait().toSeconds())
                + " last commits.");
      }
      context.rate().sleep(LOOK_AGAIN);
    }
  }

  /** Positions alone do not tell, for the log may go on without another part. */
  private boolean isArchived(LogPosition position) throws IOException {
    LogPosition archived = context.archive().archivedTo();
    if (archived.compareTo(position) >= 0) {
      return true;
    }
    try (LogReader reader = context.log().reader(archived)) {
      Optional<LoggedPart> next = reader.next();
      return next.isEmpty() || next.get().position().compareTo(position) >= 0;
    } catch (PositionReleasedException behind) {
      return false;
    }
  }
}
