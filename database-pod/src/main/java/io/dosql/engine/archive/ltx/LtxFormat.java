package io.dosql.engine.archive.ltx;

/**
 * Layout of an LTX file. All integers are big-endian.
 *
 * <pre>
 *  header, 100 bytes                       page, once per page, numbers ascend
 *    0  u32  magic "LTX1"                     0  u32  page number, from 1
 *    4  u32  flags (2: no page checksums)     4  u16  flags (1: the size follows)
 *    8  u32  page size, 512 to 65536          6  u32  bytes of the compressed page
 *   12  u32  pages of the database after     10       the page as one LZ4 block
 *   16  u64  min TXID, from 1
 *   24  u64  max TXID                      end of pages: 6 zero bytes
 *   32  u64  time, ms since 1970
 *   40  u64  pre-apply checksum (0)        index: per page three uvarints
 *   48  u64  WAL offset (a log object)          number, offset in the file, bytes (10 + compressed)
 *   56  u64  WAL size (log objects)         one zero byte
 *   64  u32  WAL salts, two (0)                 u64 bytes of the index with that zero
 *   72  u64  node (0)
 *   80       zeros                         trailer, 16 bytes
 *                                            0  u64  post-apply checksum (0)
 *                                            8  u64  file checksum
 * </pre>
 *
 * The file checksum is CRC-64/ISO with the highest bit set, over the header, the page headers, the
 * <em>uncompressed</em> pages, the end of pages, the index with its size, and the post-apply
 * checksum. So it covers every byte but the compressed form of the pages, whose lengths the index
 * covers.
 *
 * <p>Litestream keeps at 48 and 56 where in its WAL the transactions were, and looks at neither
 * when it reads or restores. Here they tell which log objects hold them; 0 where that is not known.
 *
 * <p>A snapshot has min TXID 1 and holds every page, except the lock page at 1 GiB, which SQLite
 * never uses. A file that ends early or whose checksum does not fit is refused as a whole: there is
 * no recovery of parts.
 */
final class LtxFormat {

  static final int MAGIC = 0x4C545831;
  static final int HEADER_BYTES = 100;
  static final int HEADER_BYTES_USED = 80;
  static final int PAGE_HEADER_BYTES = 10;
  static final int END_OF_PAGES_BYTES = 6;
  static final int TRAILER_BYTES = 16;

  /** Header flag: pages carry no checksums of their own, which is what Litestream writes. */
  static final int FLAG_NO_PAGE_CHECKSUMS = 2;

  /** Page flag: the size of the compressed page follows; the only form of Litestream 0.5. */
  static final int FLAG_SIZE_FOLLOWS = 1;

  /** Set in every checksum, so that a checksum is never zero. */
  static final long CHECKSUM_FLAG = 1L << 63;

  /** Where SQLite locks the file; the page that holds this byte is never used. */
  static final long LOCK_BYTE_OFFSET = 1L << 30;

  static final int PAGE_SIZE_BYTES_MIN = 512;
  static final int PAGE_SIZE_BYTES_MAX = 65536;

  private LtxFormat() {}

  static boolean isPageSize(int pageSizeBytes) {
    return pageSizeBytes >= PAGE_SIZE_BYTES_MIN
        && pageSizeBytes <= PAGE_SIZE_BYTES_MAX
        && Integer.bitCount(pageSizeBytes) == 1;
  }

  /** Number of the page that SQLite leaves out because it holds the lock bytes. */
  static long lockPage(int pageSizeBytes) {
    return LOCK_BYTE_OFFSET / pageSizeBytes + 1;
  }
}
