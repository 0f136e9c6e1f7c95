package io.dosql.engine.archiver.chain;

import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LoggedPart;
import io.dosql.engine.log.PageImage;
import java.io.IOException;
import java.time.Instant;

/** A commit whose last part has not been read yet. Not thread safe. */
final class CommitInProgress {

  private final PageSpool spool;
  private final long lsn;
  private final LogPosition firstPosition;
  private PageSlots pages = new PageSlots();
  private LogPosition lastPosition;
  private Instant time;
  private long databasePages;
  private int parts;
  private boolean isDropped;

  /**
   * @param isWanted whether its pages are needed; else only its parts are counted
   */
  CommitInProgress(PageSpool spool, LoggedPart first, boolean isWanted) {
    this.spool = spool;
    this.lsn = first.part().lsn();
    this.firstPosition = first.position();
    this.lastPosition = first.position();
    this.time = first.time();
    this.isDropped = !isWanted;
  }

  /** Whether a part is the next one. */
  boolean isContinuedBy(LoggedPart part) {
    return part.part().lsn() == lsn && part.index() == parts;
  }

  void add(LoggedPart part) throws IOException {
    parts++;
    lastPosition = part.position();
    time = part.time();
    databasePages = part.part().databaseSizePages();
    if (isDropped) {
      return;
    }
    for (PageImage page : part.part().pages()) {
      int slot = pages.get(page.number());
      if (slot == PageSlots.NONE) {
        int _ = pages.put(page.number(), spool.add(page.content()));
      } else {
        spool.replace(slot, page.content());
      }
    }
  }

  /** Frees its pages; it goes on being counted. */
  void drop() {
    pages.forEach((page, slot) -> spool.free(slot));
    pages = new PageSlots();
    isDropped = true;
  }

  boolean isDropped() {
    return isDropped;
  }

  long lsn() {
    return lsn;
  }

  LogPosition firstPosition() {
    return firstPosition;
  }

  LogPosition lastPosition() {
    return lastPosition;
  }

  Instant time() {
    return time;
  }

  long databasePages() {
    return databasePages;
  }

  int parts() {
    return parts;
  }

  PageSlots pages() {
    return pages;
  }
}
