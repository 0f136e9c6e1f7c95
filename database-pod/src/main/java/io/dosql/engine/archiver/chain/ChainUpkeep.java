package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.chain.ChainFile;
import io.dosql.engine.archive.chain.ChainLevel;
import io.dosql.engine.archive.chain.ChainRules;
import io.dosql.engine.archive.chain.ChainState;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import io.dosql.engine.log.LogPosition;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done for chains between two rounds, a task at a time: snapshots that tenants owe, merges,
 * snapshots that are due, and looking for what was left undone. One thread.
 */
final class ChainUpkeep {

  private static final Logger LOG = LoggerFactory.getLogger(ChainUpkeep.class);
  private static final List<ChainLevel> MERGED = List.of(ChainLevel.SECOND, ChainLevel.THIRD);

  private final ChainContext context;
  private final ChainRules rules;
  private final ChainStates states;
  private final ChainDebts debts;

  /** Tenants whose snapshots are due; nobody waits for them. */
  private final ChainDebts due;

  private final ChainWriter writer;
  private final ChainSnapshots snapshots;
  private final ChainSweep sweep;

  ChainUpkeep(
      ChainContext context,
      ChainStates states,
      ChainDebts debts,
      ChainWriter writer,
      ChainSweep sweep) {
    this.context = context;
    this.rules = context.limits().rules();
    this.states = states;
    this.debts = debts;
    this.due = new ChainDebts(context.limits().debtRetryAfter(), context.nanoTime());
    this.writer = writer;
    this.snapshots = new ChainSnapshots(context);
    this.sweep = sweep;
  }

  /**
   * Does one task; false if there is none.
   *
   * @throws DosqlException when the store fails; the task will come again
   */
  boolean step() throws IOException {
    Optional<String> owing = debts.due();
    if (owing.isPresent()) {
      takeSnapshot(owing.get(), debts);
      return true;
    }
    return merge() || takeDueSnapshot() || sweep.step();
  }

  private void takeSnapshot(String tenant, ChainDebts reason) throws IOException {
    try {
      // First, since a chain that is not known would get one snapshot after the other.
      ChainState state = states.get(tenant);
      long lsn = reason == debts ? takeOwed(tenant) : snapshots.take(tenant);
      Instant now = context.clock().instant();
      if (lsn > 0) {
        states.set(
            tenant, reason == debts ? state.restarted(lsn, 0, now) : state.snapshotTaken(lsn, now));
      }
      reason.settle(tenant);
      context.progress().succeeded(tenant);
    } catch (DosqlException e) {
      if (e.code() == ErrorCode.NOT_FOUND) {
        // It was deleted, and the archive never had anything of it.
        reason.settle(tenant);
        states.forget(tenant);
        return;
      }
      failed(tenant, reason, e);
    } catch (IOException e) {
      failed(tenant, reason, e);
      throw e;
    }
  }

  /** Of a tenant that was deleted meanwhile what it held last: moments before may be asked for. */
  private long takeOwed(String tenant) throws IOException {
    try {
      return snapshots.take(tenant);
    } catch (DosqlException e) {
      if (e.code() != ErrorCode.NOT_FOUND) {
        throw e;
      }
    }
    try {
      return snapshots.takeFromArchive(tenant);
    } catch (DosqlException e) {
      if (e.code() == ErrorCode.SNAPSHOT_NOT_AVAILABLE) {
        LOG.error(
            "tenant {} was deleted, and its last commits are not archived as a whole: {}",
            tenant,
            e.toString());
        return 0;
      }
      throw e;
    }
  }

  private void failed(String tenant, ChainDebts reason, Exception failure) {
    LOG.warn("tenant {}: the snapshot for its chain failed: {}", tenant, failure.toString());
    reason.postpone(tenant);
    context.progress().failed(ChainFailure.of(tenant, failure, context.clock().instant()));
  }

  private boolean takeDueSnapshot() throws IOException {
    Instant now = context.clock().instant();
    for (String tenant : states.where(state -> rules.isSnapshotDue(state, now))) {
      due.add(tenant, LogPosition.START);
    }
    Optional<String> next = due.due();
    if (next.isPresent()) {
      takeSnapshot(next.get(), due);
    }
    return next.isPresent();
  }

  private boolean merge() throws IOException {
    Instant now = context.clock().instant();
    for (ChainLevel level : MERGED) {
      List<String> waiting = states.where(state -> rules.isMergeDue(level, state, now));
      if (!waiting.isEmpty()) {
        merge(waiting.getFirst(), level);
        return true;
      }
    }
    return false;
  }

  private void merge(String tenant, ChainLevel level) throws IOException {
    try {
      List<ChainFile> files = filesBelow(tenant, level);
      for (List<ChainFile> run = rules.filesToMerge(files);
          !run.isEmpty();
          run = rules.filesToMerge(files)) {
        writer.merge(tenant, level, run);
        long end = run.getLast().maxLsn();
        files.removeIf(file -> file.minLsn() <= end);
      }
      context.progress().succeeded(tenant);
    } catch (DosqlException e) {
      if (!ChainBuilder.isOfOneTenant(e)) {
        throw e;
      }
      LOG.error(
          "tenant {}: level {} of its chain does not go on: {}",
          tenant,
          level.number(),
          e.toString());
      context.progress().failed(ChainFailure.of(tenant, e, context.clock().instant()));
    }
    states.remembered(tenant).ifPresent(state -> states.set(tenant, state.merged(level)));
  }

  /** What the levels below have that the level does not. */
  private List<ChainFile> filesBelow(String tenant, ChainLevel level) {
    context.rate().acquire();
    List<ChainFile> there = context.catalog().files(tenant, level, 0);
    long end = there.isEmpty() ? 0 : there.getLast().maxLsn();
    List<ChainFile> below = new ArrayList<>();
    for (ChainLevel lower : ChainLevel.values()) {
      if (lower.number() < level.number()) {
        below.addAll(context.catalog().files(tenant, lower, end));
      }
    }
    return below;
  }
}
