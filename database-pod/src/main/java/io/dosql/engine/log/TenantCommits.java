package io.dosql.engine.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;

/**
 * Where the parts of one tenant's commits lie that its database file may not hold yet: two numbers
 * a part. Not thread safe.
 */
final class TenantCommits {

  private static final int MIN_CAPACITY = 4;

  /**
   * Invariant: LSNs in [head, completeEnd) never descend; those in [completeEnd, tail) are equal.
   */
  private long[] lsns = new long[MIN_CAPACITY];

  /** Invariant: positions in [head, tail) ascend. */
  private long[] positions = new long[MIN_CAPACITY];

  private int head;

  /**
   * Invariant: head <= completeEnd <= tail; the parts from here belong to one unfinished commit.
   */
  private int completeEnd;

  private int tail;

  boolean isEmpty() {
    return head == tail;
  }

  int size() {
    return tail - head;
  }

  /** Where the oldest part lies; only if there is one. */
  long oldestPosition() {
    return positions[head];
  }

  /** The LSN of the newest complete commit. */
  OptionalLong lastLsn() {
    return completeEnd == head ? OptionalLong.empty() : OptionalLong.of(lsns[completeEnd - 1]);
  }

  /** Whether a part with this LSN, not a first one, continues the unfinished commit. */
  boolean isContinuedBy(long lsn) {
    return tail > completeEnd && lsns[tail - 1] == lsn;
  }

  /** How many parts the unfinished commit has. */
  int unfinishedParts() {
    return tail - completeEnd;
  }

  /**
   * Whether a commit with this LSN may begin: it follows the newest one, or replaces it and those
   * after it.
   */
  boolean mayBegin(long lsn) {
    OptionalLong last = lastLsn();
    return last.isEmpty() || lsn <= last.getAsLong() + 1;
  }

  /**
   * Adds the first part of a commit. An unfinished one is forgotten. Complete ones from this LSN on
   * stay until this one is complete, too: the last complete one wins.
   */
  void begin(long lsn, long position, boolean isLast) {
    dropUnfinished();
    add(lsn, position, isLast);
  }

  /** Adds a further part of the unfinished commit. */
  void add(long lsn, long position, boolean isLast) {
    if (tail == lsns.length) {
      makeRoom();
    }
    lsns[tail] = lsn;
    positions[tail] = position;
    tail++;
    if (isLast) {
      complete(lsn);
    }
  }

  /** Makes the unfinished commit the newest complete one, in place of those from its LSN on. */
  private void complete(long lsn) {
    int replacedFrom = completeEnd;
    while (replacedFrom > head && lsns[replacedFrom - 1] >= lsn) {
      replacedFrom--;
    }
    int partCount = tail - completeEnd;
    System.arraycopy(lsns, completeEnd, lsns, replacedFrom, partCount);
    System.arraycopy(positions, completeEnd, positions, replacedFrom, partCount);
    tail = replacedFrom + partCount;
    completeEnd = tail;
  }

  void dropUnfinished() {
    tail = completeEnd;
  }

  /** Forgets complete commits up to this LSN. */
  void dropUpTo(long lsn) {
    while (head < completeEnd && lsns[head] <= lsn) {
      head++;
    }
    if (lsns.length > MIN_CAPACITY && size() < lsns.length / 4) {
      resize(Math.max(MIN_CAPACITY, size() * 2));
    }
  }

  private void makeRoom() {
    resize(Math.max(MIN_CAPACITY, size() * 2));
  }

  private void resize(int capacity) {
    lsns = Arrays.copyOf(Arrays.copyOfRange(lsns, head, tail), capacity);
    positions = Arrays.copyOf(Arrays.copyOfRange(positions, head, tail), capacity);
    completeEnd -= head;
    tail -= head;
    head = 0;
  }

  /** The complete commits with a higher LSN, in order. */
  List<LoggedCommit> after(long lsn) {
    List<LoggedCommit> commits = new ArrayList<>();
    int from = head;
    while (from < completeEnd) {
      int to = from;
      List<LogPosition> parts = new ArrayList<>(1);
      while (to < completeEnd && lsns[to] == lsns[from]) {
        parts.add(new LogPosition(positions[to++]));
      }
      if (lsns[from] > lsn) {
        commits.add(new LoggedCommit(lsns[from], parts));
      }
      from = to;
    }
    return commits;
  }
}
