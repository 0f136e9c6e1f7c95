package io.dosql.engine.archive.ltx;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.Arrays;

/**
 * Whether two LTX files do the same to a database. Their bytes may differ all the same, since
 * several compressed forms of a page are right. Snapshots may besides differ in their time, which
 * is not always that of the last commit, and where copies of the same state do: see {@link
 * DatabaseDigest}.
 */
public final class LtxComparison {

  private LtxComparison() {}

  /**
   * Reads both files to the end, and verifies them, unless a difference shows before.
   *
   * @param object names both in errors
   * @throws CorruptLtxException when one is damaged
   */
  public static boolean areEqual(String object, InputStream one, InputStream other)
      throws IOException {
    LtxReader first = new LtxReader(object, one);
    LtxReader second = new LtxReader(object, other);
    if (!effect(first.header()).equals(effect(second.header()))) {
      return false;
    }
    byte[] firstImage = new byte[first.header().pageSizeBytes()];
    byte[] secondImage = firstImage.clone();
    long page;
    do {
      page = first.nextPage(firstImage);
      boolean isSamePage = second.nextPage(secondImage) == page;
      if (page == 1 && first.header().isSnapshot()) {
        DatabaseDigest.blank(firstImage);
        DatabaseDigest.blank(secondImage);
      }
      if (!isSamePage || !Arrays.equals(firstImage, secondImage)) {
        return false;
      }
    } while (page != 0);
    return true;
  }

  /** Without the numbers of log objects, which only help to find more. */
  private static LtxHeader effect(LtxHeader header) {
    return new LtxHeader(
        header.pageSizeBytes(),
        header.pageCount(),
        header.minTxid(),
        header.maxTxid(),
        header.isSnapshot() ? Instant.EPOCH : header.time());
  }
}
