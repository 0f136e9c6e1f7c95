package io.dosql.engine.tenant;

import io.dosql.engine.changes.ChangeFormat;
import io.dosql.engine.changes.ChangeStream;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.CommitPart;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.PageImage;
import io.dosql.engine.log.PartSection;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Carries commits from the WAL into the log, in parts of bounded size. On the tenant's strand only.
 */
final class CommitWriter {

  private final TenantName tenant;
  private final CommitLog log;
  private final WalReader wal;
  private final CommitGate gate;
  private final LongAdder counter;
  private final int pagesPerPart;
  private long bytesSinceCheckpoint;
  private long databasePages;

  CommitWriter(
      TenantName tenant, CommitLog log, WalReader wal, CommitGate gate, LongAdder counter) {
    this.tenant = tenant;
    this.log = log;
    this.wal = wal;
    this.gate = gate;
    this.counter = counter;
    this.pagesPerPart = log.options().maxPartPageBytes() / wal.pageSize();
  }

  /**
   * Appends what SQLite has committed since the last call; ends the gate's attempt.
   *
   * @param frames of the WAL that are committed by now
   * @param changes of rows; null if they are not captured
   */
  void capture(int frames, @Nullable ChangeStream changes) throws IOException {
    WalCommit commit = wal.next(frames);
    long lsn = gate.last().lsn() + 1;
    LogPosition position = append(commit, lsn, changes);
    bytesSinceCheckpoint += commit.to() - commit.from();
    databasePages = Integer.toUnsignedLong(commit.databasePages());
    gate.appended(new CommitGate.Commit(lsn, position));
    counter.increment();
  }

  private LogPosition append(WalCommit commit, long lsn, @Nullable ChangeStream changes)
      throws IOException {
    try {
      return appendParts(commit, lsn, changes);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a commit went into the log");
    }
  }

  /** As many parts as the pages need, or the changes of rows if these need more. */
  private LogPosition appendParts(WalCommit commit, long lsn, @Nullable ChangeStream changes)
      throws IOException, InterruptedException {
    LogPosition position;
    int count = commit.pages().length;
    int from = 0;
    boolean isFirst = true;
    boolean isLast;
    do {
      int to = Math.min(count, from + pagesPerPart);
      List<PartSection> sections = sections(changes);
      isLast = to == count && (changes == null || !changes.hasNext());
      position =
          log.append(
              new CommitPart(
                  tenant.value(),
                  lsn,
                  log.epoch(),
                  isFirst,
                  isLast,
                  Integer.toUnsignedLong(commit.databasePages()),
                  wal.pageSize(),
                  images(commit, from, to),
                  sections));
      isFirst = false;
      from = to;
    } while (!isLast);
    return position;
  }

  private List<PartSection> sections(@Nullable ChangeStream changes) throws IOException {
    return changes == null || !changes.hasNext()
        ? List.of()
        : List.of(
            new PartSection(
                ChangeFormat.SECTION_TYPE, changes.next(log.options().maxPartSectionBytes())));
  }

  private List<PageImage> images(WalCommit commit, int from, int to) throws IOException {
    List<PageImage> images = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      images.add(new PageImage(Integer.toUnsignedLong(commit.pages()[i].number()), commit.page(i)));
    }
    return images;
  }

  /** Bytes in the WAL that the database file does not hold durably; 0 when it holds all. */
  long bytesSinceCheckpoint() {
    return bytesSinceCheckpoint;
  }

  /** Size of the database after the last commit, in pages. */
  long databasePages() {
    return databasePages;
  }

  /** The database file holds all commits durably: the log may let go of them. */
  void checkpointed() {
    bytesSinceCheckpoint = 0;
    log.checkpointed(tenant.value(), gate.last().lsn());
  }
}
