package io.dosql.engine.log;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Builds parts with valid defaults. */
final class CommitParts {

  static final int PAGE_SIZE = 512;

  private CommitParts() {}

  /** A whole commit in one part, with one page. */
  static CommitPart commit(String tenant, long lsn) {
    return part(tenant, lsn, true, true, List.of(page(1 + lsn % 100, lsn)));
  }

  /** A whole commit in one part, with pages that do not compress. */
  static CommitPart commit(String tenant, long lsn, int pages) {
    return part(tenant, lsn, true, true, randomPages(new Random(lsn), pages));
  }

  static CommitPart part(
      String tenant, long lsn, boolean isFirst, boolean isLast, List<PageImage> pages) {
    return new CommitPart(tenant, lsn, 1, isFirst, isLast, 100, PAGE_SIZE, pages, List.of());
  }

  static PageImage page(long number, long content) {
    ByteBuffer bytes = ByteBuffer.allocate(PAGE_SIZE);
    while (bytes.hasRemaining()) {
      bytes.putLong(content);
    }
    return new PageImage(number, bytes.flip());
  }

  static List<PageImage> randomPages(Random random, int count) {
    List<PageImage> pages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] bytes = new byte[PAGE_SIZE];
      random.nextBytes(bytes);
      pages.add(new PageImage(1 + random.nextInt(1000), ByteBuffer.wrap(bytes)));
    }
    return pages;
  }
}
