package io.dosql.engine.log;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The damage that opening a log found, and what it means for each tenant; the rule is at {@link
 * LogFormat}. Thread safe.
 */
final class DamageBook {

  /** Holds everything until the damage has been judged. */
  private static final String HOLDER = "damage";

  private final List<LogDamage> found;
  private final LogIndex index;
  private final Retention retention;
  private final Segments segments;
  private final DamageFiles files;
  private final long logEnd;

  /**
   * Takes what was found.
   *
   * @param found without what has been judged before, in log order
   * @param logEnd where the log ended when it was opened
   */
  DamageBook(
      List<LogDamage> found,
      LogIndex index,
      Retention retention,
      Segments segments,
      DamageFiles files,
      long logEnd) {
    this.found = List.copyOf(found);
    this.index = index;
    this.retention = retention;
    this.segments = segments;
    this.files = files;
    this.logEnd = logEnd;
    if (!this.found.isEmpty()) {
      retention.hold(HOLDER, segments.oldest().bytes());
    }
  }

  List<LogDamage> found() {
    return found;
  }

  /** See {@link CommitLog#lossOf}. */
  Optional<TenantLoss> lossOf(String tenant, long redoLsn) {
    List<LoggedCommit> commits = index.allAfter(tenant, 0);
    Set<Long> complete = new TreeSet<>();
    commits.forEach(commit -> complete.add(commit.lsn()));
    long proven = redoLsn;
    while (complete.contains(proven + 1)) {
      proven++;
    }
    Optional<TenantLoss> first = Optional.empty();
    for (LogDamage damage : found) {
      Optional<TenantLoss> loss =
          damage.isDescribed()
              ? told(tenant, redoLsn, proven, complete, damage)
              : suspected(tenant, redoLsn, proven, commits, damage);
      if (loss.isPresent()) {
        first = Optional.of(first.isEmpty() ? loss.get() : merge(first.get(), loss.get()));
      }
    }
    return first;
  }

  private static TenantLoss merge(TenantLoss a, TenantLoss b) {
    return new TenantLoss(
        a.tenant(),
        a.provenLsn(),
        Math.min(a.firstLsn(), b.firstLsn()),
        Math.max(a.lastLsn(), b.lastLsn()),
        a.isExact() && b.isExact(),
        a.damage());
  }

  /** What is missing of what a directory told of. */
  private static Optional<TenantLoss> told(
      String tenant, long redoLsn, long proven, Set<Long> complete, LogDamage damage) {
    LogDamage.LostLsns lost = damage.lost().get(tenant);
    if (lost == null) {
      return Optional.empty();
    }
    long first = Math.max(lost.first(), redoLsn + 1);
    while (first <= lost.last() && complete.contains(first)) {
      first++;
    }
    if (first > lost.last()) {
      return Optional.empty();
    }
    long last = lost.last();
    while (complete.contains(last)) {
      last--;
    }
    return Optional.of(
        new TenantLoss(tenant, Math.min(proven, first - 1), first, last, true, damage));
  }

  /**
   * Nothing tells what was there: only a later commit that follows without a gap proves that
   * nothing of the tenant was.
   */
  private static Optional<TenantLoss> suspected(
      String tenant, long redoLsn, long proven, List<LoggedCommit> commits, LogDamage damage) {
    boolean isProven =
        commits.stream()
            .filter(commit -> commit.parts().getFirst().compareTo(damage.end()) >= 0)
            .findFirst()
            .filter(commit -> commit.lsn() <= Math.max(redoLsn, proven) + 1)
            .isPresent();
    if (isProven) {
      return Optional.empty();
    }
    long lastKnown = commits.isEmpty() ? proven : Math.max(proven, commits.getLast().lsn());
    return Optional.of(
        new TenantLoss(tenant, proven, proven + 1, lastKnown + damage.maxCommits(), false, damage));
  }

  /** See {@link CommitLog#damageJudged}. */
  void judged() throws IOException {
    if (!found.isEmpty()) {
      index
          .oldestNeeded()
          .filter(hold -> hold.position().bytes() < logEnd)
          .ifPresent(
              hold -> {
                throw new IllegalStateException(
                    hold.holder() + " still needs what was in the log when it was opened");
              });
      files.judged(logEnd);
      segments.keepAsEvidence(logEnd);
      retention.release(HOLDER);
    }
  }

  /** See {@link CommitLog#discardEvidence}. */
  void discardEvidence() throws IOException {
    segments.keepAsEvidence(0);
    if (!files.evidence().isEmpty()) {
      files.deleteEvidence();
    }
  }
}
