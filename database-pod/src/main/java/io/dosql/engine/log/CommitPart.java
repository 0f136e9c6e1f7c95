package io.dosql.engine.log;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One part of one tenant's commit. A commit is a run of parts with the same tenant and LSN; the
 * first is marked as first, the last as last, and only with its last part does the commit exist.
 * Parts of one commit are appended in order; those of other tenants may lie between them.
 *
 * @param tenant 1 to 255 bytes in UTF-8
 * @param lsn from 1: the commit's number among the tenant's commits, without gaps
 * @param epoch not negative: who was primary
 * @param isFirst whether the commit begins with this part
 * @param isLast whether the commit ends with this part
 * @param databaseSizePages pages of the database after the commit, up to 2^32 - 1
 * @param pageSizeBytes a power of two from 512 to 65536
 * @param pages images, together at most {@link LogOptions#maxPartPageBytes}; may be none
 * @param sections whatever else travels with the commit, together at most {@link
 *     LogOptions#maxPartSectionBytes}
 */
public record CommitPart(
    String tenant,
    long lsn,
    long epoch,
    boolean isFirst,
    boolean isLast,
    long databaseSizePages,
    int pageSizeBytes,
    List<PageImage> pages,
    List<PartSection> sections) {

  private static final int MAX_TENANT_BYTES = 255;
  private static final int MIN_PAGE_SIZE_BYTES = 512;
  static final int MAX_PAGE_SIZE_BYTES = 65536;
  private static final long MAX_DATABASE_SIZE_PAGES = 0xFFFF_FFFFL;

  public CommitPart {
    pages = List.copyOf(pages);
    sections = List.copyOf(sections);
    checkTenant(tenant);
    checkRange("LSN", lsn, 1, Long.MAX_VALUE);
    checkRange("epoch", epoch, 0, Long.MAX_VALUE);
    checkRange("databaseSizePages", databaseSizePages, 0, MAX_DATABASE_SIZE_PAGES);
    checkRange("pageSizeBytes", pageSizeBytes, MIN_PAGE_SIZE_BYTES, MAX_PAGE_SIZE_BYTES);
    if (Integer.bitCount(pageSizeBytes) != 1) {
      throw new IllegalArgumentException("pageSizeBytes is a power of two: " + pageSizeBytes);
    }
    checkPages(pages, pageSizeBytes);
    checkRange("sections", sections.size(), 0, LogOptions.MAX_PART_SECTIONS);
  }

  /** Bytes of all page images. */
  long pageBytes() {
    return (long) pages.size() * pageSizeBytes;
  }

  /** Bytes of all other sections, before compression. */
  long sectionBytes() {
    return sections.stream().mapToLong(section -> section.content().remaining()).sum();
  }

  /**
   * Throws IllegalArgumentException, naming the limit, if the part is larger than the options
   * allow.
   */
  void checkLimits(LogOptions options) {
    checkRange("maxPartPageBytes", pageBytes(), 0, options.maxPartPageBytes());
    checkRange("maxPartSectionBytes", sectionBytes(), 0, options.maxPartSectionBytes());
  }

  private static void checkTenant(String tenant) {
    int tenantBytes = tenant.getBytes(StandardCharsets.UTF_8).length;
    checkRange("bytes of the tenant's name", tenantBytes, 1, MAX_TENANT_BYTES);
  }

  private static void checkPages(List<PageImage> pages, int pageSizeBytes) {
    for (PageImage page : pages) {
      if (page.content().remaining() != pageSizeBytes) {
        throw new IllegalArgumentException(
            "Page %d has %d bytes, expected the page size %d"
                .formatted(page.number(), page.content().remaining(), pageSizeBytes));
      }
    }
  }

  private static void checkRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s must be from %d to %d: %d".formatted(name, min, max, value));
    }
  }
}
