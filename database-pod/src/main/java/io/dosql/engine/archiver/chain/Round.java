package io.dosql.engine.archiver.chain;

import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LoggedPart;
import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One pass over the log: what each tenant changed, with the newest image of each page in a spool.
 * Not thread safe.
 */
final class Round {

  /** Which commits still have to get into a chain. */
  @FunctionalInterface
  interface Wanted {
    boolean isWanted(String tenant, long lsn);
  }

  private final ChainLimits limits;
  private final PageSpool spool;
  private final Wanted wanted;

  /** In the order in which they came. */
  private final Map<String, TenantRound> tenants = new LinkedHashMap<>();

  private long pagesOfRanges;
  private long pagesInProgress;

  Round(ChainLimits limits, PageSpool spool, Wanted wanted) {
    this.limits = limits;
    this.spool = spool;
    this.wanted = wanted;
  }

  /** Adds the next part of the log. */
  void add(LoggedPart part) throws IOException {
    String name = part.part().tenant();
    TenantRound tenant = tenants.computeIfAbsent(name, each -> new TenantRound(each, spool));
    pagesOfRanges -= tenant.pagesOfRanges();
    pagesInProgress -= tenant.pagesInProgress();
    tenant.add(part, wanted.isWanted(name, part.part().lsn()));
    pagesOfRanges += tenant.pagesOfRanges();
    pagesInProgress += tenant.pagesInProgress();
    while (pagesInProgress > limits.maxCommitPages()) {
      dropLargest();
    }
  }

  private void dropLargest() {
    CommitInProgress largest =
        tenants.values().stream()
            .flatMap(tenant -> tenant.open().stream())
            .max(Comparator.comparingInt(commit -> commit.pages().size()))
            .orElseThrow();
    pagesInProgress -= largest.pages().size();
    largest.drop();
  }

  /** Whether no more may be added. */
  boolean isFull() {
    return pagesOfRanges >= limits.maxRoundPages();
  }

  Collection<TenantRound> tenants() {
    return tenants.values();
  }

  /**
   * Where the next round has to begin.
   *
   * @param end behind the last part that was added
   * @param isGivenUp commits in progress that nobody waits for any more
   */
  LogPosition next(LogPosition end, Predicate<TenantRound> isGivenUp) {
    return tenants.values().stream()
        .filter(tenant -> tenant.open().isPresent() && !isGivenUp.test(tenant))
        .map(tenant -> tenant.open().orElseThrow().firstPosition())
        .min(Comparator.naturalOrder())
        .orElse(end);
  }
}
