package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.chain.ChainState;
import io.dosql.engine.archive.log.LogObject;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.log.TenantEntry;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.log.LogPosition;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at every tenant, in order of their names. After a gap in the log quickly, to find those
 * whose chain lacks what was in it, and then at the log objects of the gap, for tenants that have
 * been deleted since; else a tenant at a time, to find what a process that has ended has left to be
 * merged, and snapshots that are due of tenants that nobody writes to. One thread.
 */
final class ChainSweep {

  private static final int PAGE = 100;

  private static final Logger LOG = LoggerFactory.getLogger(ChainSweep.class);

  private final ChainContext context;
  private final ChainStates states;
  private final ChainDebts debts;
  private final long strollNanos;
  private final Deque<String> page = new ArrayDeque<>();
  private @Nullable String last;
  private boolean isCatchingUp;
  private LogPosition gapBegin = LogPosition.START;
  private LogPosition gapEnd = LogPosition.START;

  /** Whether all tenants were looked at that there are, and log objects are what is left. */
  private boolean hasSeenTenants;

  /** The object to look at next; 0 before the first one of the gap is known. */
  private long nextObject;

  private long dueNanos;

  /** {@code stroll}: pause between two tenants when nothing presses. */
  ChainSweep(ChainContext context, ChainStates states, ChainDebts debts, Duration stroll) {
    this.context = context;
    this.states = states;
    this.debts = debts;
    this.strollNanos = stroll.toNanos();
    this.dueNanos = context.nanoTime().getAsLong();
  }

  /**
   * The log was not read from one position to another: every tenant has to be looked at.
   *
   * @param begin what is before it is in chains
   */
  void catchUp(LogPosition begin, LogPosition end) {
    isCatchingUp = true;
    hasSeenTenants = false;
    nextObject = 0;
    gapBegin = begin;
    gapEnd = end;
    last = null;
    page.clear();
  }

  /** Whether commits may be in no chain that nobody knows of yet. */
  boolean isCatchingUp() {
    return isCatchingUp;
  }

  /** Looks at the next tenant; false if it is not time for that. */
  boolean step() {
    if (!isCatchingUp && dueNanos - context.nanoTime().getAsLong() > 0) {
      return false;
    }
    if (hasSeenTenants) {
      return lookAtObjects();
    }
    Optional<String> next = next();
    if (next.isEmpty()) {
      hasSeenTenants = isCatchingUp;
    } else {
      // Only then is it done with: a failure of the store comes before.
      look(next.get());
      page.removeFirst();
      last = next.get();
    }
    dueNanos = context.nanoTime().getAsLong() + strollNanos;
    return true;
  }

  private Optional<String> next() {
    if (page.isEmpty()) {
      page.addAll(context.tenants().names(last, PAGE));
    }
    if (page.isEmpty()) {
      last = null;
    }
    return Optional.ofNullable(page.peekFirst());
  }

  /** Looks at the next one; false if they are not all there yet. */
  private boolean lookAtObjects() {
    if (context.archive().archivedTo().compareTo(gapEnd) < 0) {
      return false;
    }
    long number = nextObject == 0 ? firstOfGap() : nextObject;
    nextObject = number;
    context.rate().acquire();
    Optional<LogObject> object = context.logObjects().find(number);
    if (object.isEmpty() || object.get().header().place().span().from().compareTo(gapEnd) >= 0) {
      isCatchingUp = false;
      hasSeenTenants = false;
      return true;
    }
    context.rate().acquire();
    try {
      for (TenantEntry entry : object.get().index().tenants()) {
        look(entry.tenant(), entry.lastCommit());
      }
    } catch (DosqlException e) {
      if (!ChainBuilder.isOfOneTenant(e)) {
        throw e;
      }
      LOG.error("nobody knows whose commits a log object holds: {}", e.toString());
      context.progress().failed(ChainFailure.of(null, e, context.clock().instant()));
    }
    nextObject++;
    return true;
  }

  private long firstOfGap() {
    return LogObjects.lastThat(
            1,
            context.logObjects().last().orElse(0),
            number -> {
              context.rate().acquire();
              return context
                  .logObjects()
                  .find(number)
                  .map(object -> object.header().place().span().to().compareTo(gapBegin) <= 0)
                  .orElse(true);
            })
        + 1;
  }

  private void look(String tenant) {
    look(tenant, context.tenants().lsn(tenant));
  }

  /** {@code lsn}: a commit of the tenant; 0 for none. */
  private void look(String tenant, long lsn) {
    if (lsn == 0 || debts.contains(tenant)) {
      return;
    }
    try {
      ChainState state = states.get(tenant);
      if (isCatchingUp && Math.max(state.end(), state.snapshot()) < lsn) {
        debts.add(tenant, gapBegin);
      }
    } catch (DosqlException e) {
      if (!ChainBuilder.isOfOneTenant(e)) {
        throw e;
      }
      LOG.error("tenant {}: nobody knows how far its chain goes: {}", tenant, e.toString());
      context.progress().failed(ChainFailure.of(tenant, e, context.clock().instant()));
      if (isCatchingUp) {
        debts.add(tenant, gapBegin);
      }
    }
  }
}
