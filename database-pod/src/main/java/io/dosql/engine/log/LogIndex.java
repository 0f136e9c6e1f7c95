package io.dosql.engine.log;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Per tenant the commits that its database file may not hold yet. Built when the log is opened,
 * kept current by every append, trimmed by every checkpoint. For each tenant in it the log holds
 * everything from its oldest part here, so an entry never outlives its segment. Thread safe; its
 * lock is taken under that of the append buffer and takes that of {@link Retention}.
 */
final class LogIndex {

  private final ReentrantLock lock = new ReentrantLock();
  private final Retention retention;

  /** Guarded by the lock. Invariant: no value is empty, and each has its hold. */
  private final Map<String, TenantCommits> tenants = new HashMap<>();

  /** Guarded by the lock. Invariant: the sum of the values' sizes. */
  private long parts;

  LogIndex(Retention retention) {
    this.retention = retention;
  }

  /**
   * Adds a part that is being appended.
   *
   * @return its number in its commit
   * @throws IllegalStateException if it neither begins a commit nor continues the unfinished one,
   *     or leaves a gap between LSNs; then nothing is added
   */
  int append(CommitPart part, long position) {
    lock.lock();
    try {
      checkOrder(part);
      return add(part.tenant(), part.lsn(), part.isFirst(), part.isLast(), position);
    } finally {
      lock.unlock();
    }
  }

  private void checkOrder(CommitPart part) {
    TenantCommits commits = tenants.get(part.tenant());
    boolean isInOrder =
        part.isFirst()
            ? commits == null || commits.mayBegin(part.lsn())
            : commits != null && commits.isContinuedBy(part.lsn());
    if (!isInOrder) {
      OptionalLong last = commits == null ? OptionalLong.empty() : commits.lastLsn();
      throw new IllegalStateException(
          "Tenant %s: the %s part of LSN %d does not follow what was appended, up to LSN %s"
              .formatted(
                  part.tenant(),
                  part.isFirst() ? "first" : "further",
                  part.lsn(),
                  last.isPresent() ? last.getAsLong() : "?"));
    }
  }

  private int add(String tenant, long lsn, boolean isFirst, boolean isLast, long position) {
    TenantCommits commits = tenants.computeIfAbsent(tenant, name -> new TenantCommits());
    int sizeBefore = commits.size();
    int partIndex = isFirst ? 0 : commits.unfinishedParts();
    if (isFirst) {
      commits.begin(lsn, position, isLast);
    } else {
      commits.add(lsn, position, isLast);
    }
    changed(tenant, commits, sizeBefore);
    return partIndex;
  }

  /**
   * Adds a part found on disk. A further part whose first one is not there is passed over: its
   * commit began in a segment that was released, which happens only once a checkpoint holds it.
   *
   * @return whether the part has the number in its commit that it should have
   */
  boolean recover(String tenant, RecordHeader header) {
    lock.lock();
    try {
      TenantCommits commits = tenants.get(tenant);
      boolean isOrphan =
          !header.isFirst() && (commits == null || !commits.isContinuedBy(header.lsn()));
      return isOrphan
          || add(tenant, header.lsn(), header.isFirst(), header.isLast(), header.position())
              == header.partIndex();
    } finally {
      lock.unlock();
    }
  }

  /** Forgets commits without a last part: what a crash cut off is never continued. */
  void dropUnfinished() {
    lock.lock();
    try {
      for (String tenant : List.copyOf(tenants.keySet())) {
        change(tenant, TenantCommits::dropUnfinished);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Forgets a tenant's commit without a last part. */
  void dropUnfinished(String tenant) {
    lock.lock();
    try {
      change(tenant, TenantCommits::dropUnfinished);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets a tenant's commits up to an LSN, and an unfinished one. */
  void dropUpTo(String tenant, long lsn) {
    lock.lock();
    try {
      change(
          tenant,
          commits -> {
            commits.dropUnfinished();
            commits.dropUpTo(lsn);
          });
    } finally {
      lock.unlock();
    }
  }

  private void change(String tenant, Consumer<TenantCommits> change) {
    TenantCommits commits = tenants.get(tenant);
    if (commits != null) {
      int sizeBefore = commits.size();
      change.accept(commits);
      changed(tenant, commits, sizeBefore);
    }
  }

  private void changed(String tenant, TenantCommits commits, int sizeBefore) {
    parts += commits.size() - sizeBefore;
    if (commits.isEmpty()) {
      tenants.remove(tenant);
      retention.release(LogHold.ofTenant(tenant));
    } else {
      retention.hold(LogHold.ofTenant(tenant), commits.oldestPosition());
    }
  }

  /** The tenant whose oldest part comes first. */
  Optional<LogHold> oldestNeeded() {
    lock.lock();
    try {
      return tenants.entrySet().stream()
          .map(
              entry ->
                  new LogHold(
                      LogHold.ofTenant(entry.getKey()),
                      new LogPosition(entry.getValue().oldestPosition())))
          .min(Comparator.comparing(LogHold::position));
    } finally {
      lock.unlock();
    }
  }

  /** The names of tenants with entries, sorted. */
  Set<String> tenants() {
    lock.lock();
    try {
      return new TreeSet<>(tenants.keySet());
    } finally {
      lock.unlock();
    }
  }

  /** See {@link CommitLog#commitsAfter}. */
  List<LoggedCommit> after(String tenant, long lsn) throws MissingCommitException {
    return between(tenant, lsn, Long.MAX_VALUE);
  }

  /** See {@link CommitLog#commitsUpTo}. */
  List<LoggedCommit> between(String tenant, long lsn, long lastLsn) throws MissingCommitException {
    List<LoggedCommit> commits =
        allAfter(tenant, lsn).stream().filter(commit -> commit.lsn() <= lastLsn).toList();
    long expectedLsn = lsn + 1;
    for (LoggedCommit commit : commits) {
      if (commit.lsn() != expectedLsn) {
        throw new MissingCommitException(tenant, expectedLsn, commit.lsn());
      }
      expectedLsn++;
    }
    return commits;
  }

  /** All complete commits of a tenant after an LSN, gaps or not. */
  List<LoggedCommit> allAfter(String tenant, long lsn) {
    return find(tenant, found -> Optional.of(found.after(lsn))).orElse(List.of());
  }

  /** The LSN of a tenant's newest complete commit. */
  OptionalLong lastLsn(String tenant) {
    return find(tenant, found -> Optional.of(found.lastLsn())).orElse(OptionalLong.empty());
  }

  long parts() {
    lock.lock();
    try {
      return parts;
    } finally {
      lock.unlock();
    }
  }

  private <T> Optional<T> find(String tenant, Function<TenantCommits, Optional<T>> query) {
    lock.lock();
    try {
      @Nullable TenantCommits commits = tenants.get(tenant);
      return commits == null ? Optional.empty() : query.apply(commits);
    } finally {
      lock.unlock();
    }
  }
}
