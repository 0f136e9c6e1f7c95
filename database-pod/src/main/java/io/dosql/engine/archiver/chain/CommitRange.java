package io.dosql.engine.archiver.chain;

import io.dosql.engine.archive.ltx.LtxHeader;
import io.dosql.engine.archive.ltx.LtxWriter;
import io.dosql.engine.archiver.ArchivedLog;
import io.dosql.engine.log.LogPosition;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;

/**
 * Commits of one tenant that follow each other without a gap, as one step: of each page that they
 * left the newest image. Not thread safe.
 */
final class CommitRange {

  private final PageSpool spool;
  private final long firstLsn;
  private final LogPosition firstPosition;
  private PageSlots pages = new PageSlots();
  private long lastLsn;
  private LogPosition lastPosition;
  private Instant time;
  private long databasePages;

  /** Of a first commit, whose pages it takes over. */
  CommitRange(PageSpool spool, CommitInProgress first) {
    this.spool = spool;
    this.firstLsn = first.lsn();
    this.firstPosition = first.firstPosition();
    this.lastLsn = firstLsn - 1;
    this.lastPosition = firstPosition;
    this.time = first.time();
    add(first);
  }

  /** Whether a commit with that LSN would be the next one. */
  boolean isFollowedBy(long lsn) {
    return lsn == lastLsn + 1;
  }

  /** Adds the next commit, whose pages it takes over. */
  final void add(CommitInProgress commit) {
    if (commit.databasePages() < databasePages) {
      dropBeyond(commit.databasePages());
    }
    lastLsn = commit.lsn();
    lastPosition = commit.lastPosition();
    time = commit.time();
    databasePages = commit.databasePages();
    commit
        .pages()
        .forEach(
            (page, slot) -> {
              int before = page > databasePages ? slot : pages.put(page, slot);
              if (before != PageSlots.NONE) {
                spool.free(before);
              }
            });
  }

  /** What lay there may come back with other content that no commit wrote. */
  private void dropBeyond(long lastPage) {
    PageSlots kept = new PageSlots();
    pages.forEach(
        (page, slot) -> {
          if (page > lastPage) {
            spool.free(slot);
          } else {
            int _ = kept.put(page, slot);
          }
        });
    pages = kept;
  }

  /** Frees what it holds. */
  void discard() {
    pages.forEach((page, slot) -> spool.free(slot));
    pages = new PageSlots();
  }

  long firstLsn() {
    return firstLsn;
  }

  long lastLsn() {
    return lastLsn;
  }

  LogPosition firstPosition() {
    return firstPosition;
  }

  LogPosition lastPosition() {
    return lastPosition;
  }

  long databasePages() {
    return databasePages;
  }

  int pageCount() {
    return pages.size();
  }

  /** Whether it has every page of the database, and so needs nothing before it. */
  boolean isWhole() {
    long lockPage = LtxHeader.lockPage(spool.pageBytes());
    return pages.size() == databasePages - (lockPage <= databasePages ? 1 : 0);
  }

  /**
   * Writes it as an LTX file.
   *
   * @param minLsn from where on the file is to count: at most one behind what the database holds
   *     that it is applied to; 1 only if {@link #isWhole}
   */
  LtxHeader write(long minLsn, ArchivedLog.LogObjectRange objects, OutputStream out)
      throws IOException {
    LtxHeader header =
        new LtxHeader(
            spool.pageBytes(),
            databasePages,
            minLsn,
            lastLsn,
            time,
            objects.first(),
            objects.count());
    LtxWriter writer = new LtxWriter(out, header);
    byte[] image = new byte[spool.pageBytes()];
    for (long page : pages.sortedPages()) {
      spool.read(pages.get(page), image);
      writer.writePage(page, image);
    }
    writer.finish();
    return header;
  }
}
