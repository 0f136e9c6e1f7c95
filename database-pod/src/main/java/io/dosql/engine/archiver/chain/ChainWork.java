package io.dosql.engine.archiver.chain;

import io.dosql.engine.log.LogPosition;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All that is done for chains, to be driven by one thread. */
final class ChainWork {

  private static final Logger LOG = LoggerFactory.getLogger(ChainWork.class);
  private static final Duration STROLL = Duration.ofSeconds(1);

  private final ChainProgress progress;
  private final ChainDebts debts;
  private final ChainSweep sweep;
  private final ChainBuilder builder;
  private final ChainUpkeep upkeep;
  private final DeletedTenants deleted;
  private final Retention retention;

  /** Holds the log from where {@link ChainProgress#chainedTo} is, or from its beginning. */
  ChainWork(ChainContext context) {
    this.progress = context.progress();
    ChainLimits limits = context.limits();
    this.debts = new ChainDebts(limits.debtRetryAfter(), context.nanoTime());
    ChainStates states =
        new ChainStates(context.catalog(), context.rate(), limits.maxRememberedTenants());
    ChainWriter writer =
        new ChainWriter(
            context.catalog(),
            context.archive(),
            context.scratch(),
            context.rate(),
            context.progress());
    this.deleted = new DeletedTenants(context, states);
    this.sweep = new ChainSweep(context, states, debts, STROLL);
    this.builder = new ChainBuilder(context, states, debts, writer);
    this.upkeep = new ChainUpkeep(context, states, debts, writer, sweep);
    this.retention = new Retention(context, states);
    if (!builder.begin(progress.chainedTo())) {
      LOG.warn(
          "the log does not reach back to {}, up to where chains are: every tenant is looked at",
          progress.chainedTo());
      gap();
    }
  }

  private void gap() {
    progress.gap();
    deleted.lookAtAll();
    sweep.catchUp(progress.chainedTo(), builder.next());
    tell();
  }

  /** One round over the log; whether it holds more by now. */
  boolean round() throws IOException {
    if (builder.isTooFarBehind()) {
      gap();
    }
    try {
      return builder.round();
    } finally {
      tell();
    }
  }

  /** One task besides; false if there is none. */
  boolean upkeep() throws IOException {
    try {
      deleted.look();
      return upkeep.step() || deleted.step() || retention.step();
    } finally {
      tell();
    }
  }

  /** See {@link Retention#lookAt}. Any thread. */
  void released(Set<String> tenants) {
    retention.lookAt(tenants);
  }

  private void tell() {
    LogPosition chained =
        sweep.isCatchingUp()
            ? LogPosition.START
            : Stream.concat(Stream.of(builder.next()), debts.oldest().stream())
                .min(Comparator.naturalOrder())
                .orElseThrow();
    progress.chainedTo(chained, debts.size(), sweep.isCatchingUp());
  }
}
