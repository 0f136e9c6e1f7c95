package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.archive.chain.ChainCatalog;
import io.dosql.engine.archive.chain.ChainFile;
import io.dosql.engine.archive.chain.ChainLevel;
import io.dosql.engine.archive.chain.ChainRetention;
import io.dosql.engine.archive.chain.Deletion;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what tenants' chains no longer need. A snapshot goes only if no backup refers to it; they
 * are gathered first, for all backups have to be asked. Of tenants that were deleted everything
 * goes, and then what tells of the deletion. One thread.
 */
final class ChainDeletion {

  private static final int SNAPSHOTS_MAX = 1000;

  private static final Logger LOG = LoggerFactory.getLogger(ChainDeletion.class);

  private final ChainContext context;
  private final ChainStates states;
  private final ChainCatalog chains;
  private final BackupCatalog backups;
  private final Duration spacing;

  /** Sizes of snapshots that may go, by their keys in the store. */
  private final Map<String, Long> snapshots = new LinkedHashMap<>();

  ChainDeletion(ChainContext context, ChainStates states) {
    this.context = context;
    this.states = states;
    this.chains = context.catalog();
    this.backups = context.backups();
    this.spacing = context.limits().rules().snapshotEvery();
  }

  /**
   * Looks at one tenant, and deletes all but its snapshots.
   *
   * @param keptFrom everything from that moment on stays restorable
   * @param oldestCommit that log objects hold
   * @return what {@code keptFrom} has to reach before there can be anything more
   */
  Instant examine(String tenant, Instant keptFrom, Optional<Instant> oldestCommit) {
    Instant now = context.clock().instant();
    for (ChainLevel _ : ChainLevel.values()) {
      context.rate().acquire();
    }
    List<ChainFile> files = chains.files(tenant);
    context.rate().acquire();
    List<Deletion> deletions = deletions(tenant);
    List<Deletion> past =
        deletions.stream().filter(deletion -> !deletion.time().isAfter(keptFrom)).toList();
    long voidTo = past.stream().mapToLong(Deletion::lsn).max().orElse(0);
    ChainRetention.Excess excess =
        new ChainRetention(keptFrom, spacing)
            .excess(files, voidTo, snapshot -> timeOf(tenant, snapshot));
    for (ChainLevel level : ChainLevel.values()) {
      delete(tenant, excess.files().stream().filter(file -> file.level() == level).toList());
    }
    for (ChainFile snapshot : excess.snapshots()) {
      Long _ = snapshots.put(chains.key(tenant, snapshot), snapshot.bytes());
    }
    if (voidTo > 0) {
      // What is remembered of the chain may be no more.
      states.forget(tenant);
    }
    boolean isAllForgotten = forget(past, files, oldestCommit);
    Instant next = isAllForgotten ? excess.nextBase().orElse(now) : keptFrom;
    return deletions.stream()
        .map(Deletion::time)
        .filter(time -> time.isAfter(keptFrom) && time.isBefore(next))
        .min(Comparator.naturalOrder())
        .orElse(next);
  }

  /**
   * Forgets deletions of which nothing is left.
   *
   * @param files before any was deleted
   * @return false if log objects still hold commits of before, so that it has to be tried again
   */
  private boolean forget(
      List<Deletion> past, List<ChainFile> files, Optional<Instant> oldestCommit) {
    List<Deletion> needless =
        past.stream()
            .filter(deletion -> files.stream().noneMatch(file -> file.maxLsn() <= deletion.lsn()))
            .toList();
    List<Deletion> forgotten =
        needless.stream()
            .filter(deletion -> oldestCommit.filter(deletion.time()::isBefore).isPresent())
            .toList();
    if (!forgotten.isEmpty()) {
      context.rate().acquire();
      context.deletions().delete(forgotten);
    }
    return forgotten.size() == needless.size();
  }

  /** What says that a tenant is gone which is there cannot be right. */
  private List<Deletion> deletions(String tenant) {
    List<Deletion> found = context.deletions().of(tenant);
    if (found.isEmpty() || context.tenants().voidTo(tenant).isPresent()) {
      return found;
    }
    long lsn = context.tenants().lsn(tenant);
    return found.stream()
        .filter(
            deletion -> {
              boolean isWrong = lsn > 0 && lsn < deletion.lsn();
              if (isWrong) {
                LOG.error(
                    "tenant {} is at LSN {}, but the archive says that it was deleted with LSN {};"
                        + " nothing of it is deleted",
                    tenant,
                    lsn,
                    deletion.lsn());
              }
              return !isWrong;
            })
        .toList();
  }

  private Instant timeOf(String tenant, ChainFile snapshot) {
    context.rate().acquire();
    return chains.facts(tenant, snapshot).time();
  }

  private void delete(String tenant, List<ChainFile> files) {
    if (!files.isEmpty()) {
      context.rate().acquire();
      chains.delete(tenant, files);
      context.progress().retention(status -> status.withDeleted(files.size()));
    }
  }

  /** Whether there are snapshots to delete. */
  boolean hasSnapshots() {
    return !snapshots.isEmpty();
  }

  /** Whether {@link #deleteSnapshots} has to come before more is examined. */
  boolean isFull() {
    return snapshots.size() >= SNAPSHOTS_MAX;
  }

  /** Deletes the snapshots that were gathered; false if that has to wait for a backup. */
  boolean deleteSnapshots() {
    context.rate().acquire();
    OptionalInt deleted = backups.deleteUnreferenced(snapshots);
    if (deleted.isEmpty()) {
      return false;
    }
    context.progress().retention(status -> status.withDeleted(deleted.getAsInt()));
    snapshots.clear();
    return true;
  }
}
