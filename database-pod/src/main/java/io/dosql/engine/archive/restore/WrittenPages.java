package io.dosql.engine.archive.restore;

import io.dosql.engine.archive.ltx.LtxHeader;
import io.dosql.engine.log.CommitPart;
import io.dosql.engine.log.PageImage;
import java.util.BitSet;

/** Which pages a commit has written, so far. One thread. */
final class WrittenPages {

  /** Of a larger database nothing is said to be all. */
  private static final int PAGES_MAX = 1 << 30;

  private final BitSet pages = new BitSet();

  /** Adds the next part; a first one begins anew. */
  void add(CommitPart part) {
    if (part.isFirst()) {
      pages.clear();
    }
    for (PageImage page : part.pages()) {
      if (page.number() <= PAGES_MAX) {
        pages.set((int) page.number());
      }
    }
  }

  /**
   * Whether they are all of the database after a commit, so that it does not matter what was there
   * before. The page with SQLite's lock has no content.
   *
   * @param last part of the commit
   */
  boolean areAllOf(CommitPart last) {
    long size = last.databaseSizePages();
    if (size > PAGES_MAX) {
      return false;
    }
    int lockPage = (int) LtxHeader.lockPage(last.pageSizeBytes());
    int missing = pages.nextClearBit(1);
    return (missing == lockPage ? pages.nextClearBit(missing + 1) : missing) > size;
  }
}
