package io.dosql.engine.archive.ltx;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;

/**
 * What an LTX file says of itself.
 *
 * @param pageSizeBytes a power of two, 512 to 65536
 * @param pageCount pages of the database after the file is applied, 1 to 2^32 - 1
 * @param minTxid first transaction, from 1; 1 in a snapshot
 * @param maxTxid last transaction
 * @param time of the last transaction; kept to the millisecond
 * @param firstLogObject number of the first log object that holds some of the transactions, 0 if
 *     that is not known. It stands where Litestream writes the offset in its WAL, which nobody else
 *     reads
 * @param logObjects how many there are from that one on, 0 if that is not known
 */
public record LtxHeader(
    int pageSizeBytes,
    long pageCount,
    long minTxid,
    long maxTxid,
    Instant time,
    long firstLogObject,
    long logObjects) {

  private static final long PAGE_COUNT_MAX = 0xFFFFFFFFL;

  public LtxHeader {
    if (!LtxFormat.isPageSize(pageSizeBytes)) {
      throw new IllegalArgumentException("not a page size: " + pageSizeBytes + " bytes");
    }
    if (pageCount < 1 || pageCount > PAGE_COUNT_MAX) {
      throw new IllegalArgumentException("pages must be 1 to 2^32 - 1, not " + pageCount);
    }
    if (minTxid < 1 || maxTxid < minTxid) {
      throw new IllegalArgumentException(
          "TXIDs must be 1 <= min <= max, not %d and %d".formatted(minTxid, maxTxid));
    }
    if (time.toEpochMilli() < 0) {
      throw new IllegalArgumentException("a time before 1970: " + time);
    }
    if (firstLogObject < 0 || logObjects < 0 || (firstLogObject == 0 && logObjects > 0)) {
      throw new IllegalArgumentException(
          "not a range of log objects: %d from %d on".formatted(logObjects, firstLogObject));
    }
  }

  /** Of transactions whose log objects are not known. */
  public LtxHeader(int pageSizeBytes, long pageCount, long minTxid, long maxTxid, Instant time) {
    this(pageSizeBytes, pageCount, minTxid, maxTxid, time, 0, 0);
  }

  /** A full snapshot as of {@code lsn}. */
  public static LtxHeader snapshot(int pageSizeBytes, long pageCount, long lsn, Instant time) {
    return new LtxHeader(pageSizeBytes, pageCount, 1, lsn, time);
  }

  /** Whether the file holds every page and so needs no file before it. */
  public boolean isSnapshot() {
    return minTxid == 1;
  }

  /** Size of the database after the file is applied. */
  public long databaseBytes() {
    return pageSizeBytes * pageCount;
  }

  /** Number of the page that SQLite leaves out because it holds the lock bytes. */
  public static long lockPage(int pageSizeBytes) {
    return LtxFormat.lockPage(pageSizeBytes);
  }

  long lockPage() {
    return lockPage(pageSizeBytes);
  }

  /** Number of the page that follows {@code page} in a snapshot, or the page count + 1. */
  long pageAfter(long page) {
    long next = page + 1;
    return next == lockPage() ? next + 1 : next;
  }

  /** Number of the last page that a snapshot holds. */
  long lastSnapshotPage() {
    return pageCount == lockPage() ? pageCount - 1 : pageCount;
  }

  /** What a reader needs to find the header: the first bytes of a file. */
  public static final int BYTES = LtxFormat.HEADER_BYTES;

  /**
   * Reads the header alone, whose checksum is at the end of the file and is not looked at.
   *
   * @param object named in errors
   * @param in at the beginning of the file
   * @throws CorruptLtxException when the beginning is not that of a valid file
   */
  public static LtxHeader read(String object, InputStream in) throws IOException {
    byte[] bytes = in.readNBytes(BYTES);
    if (bytes.length < BYTES) {
      throw new CorruptLtxException(
          object, bytes.length, "header", BYTES + " bytes", "the end of the file");
    }
    return decode(object, bytes);
  }

  byte[] encode() {
    byte[] bytes = new byte[LtxFormat.HEADER_BYTES];
    BigEndian.putInt(bytes, 0, LtxFormat.MAGIC);
    BigEndian.putInt(bytes, 4, LtxFormat.FLAG_NO_PAGE_CHECKSUMS);
    BigEndian.putInt(bytes, 8, pageSizeBytes);
    BigEndian.putInt(bytes, 12, (int) pageCount);
    BigEndian.putLong(bytes, 16, minTxid);
    BigEndian.putLong(bytes, 24, maxTxid);
    BigEndian.putLong(bytes, 32, time.toEpochMilli());
    BigEndian.putLong(bytes, 48, firstLogObject);
    BigEndian.putLong(bytes, 56, logObjects);
    return bytes;
  }

  static LtxHeader decode(String object, byte[] bytes) throws CorruptLtxException {
    check(object, 0, "magic", LtxFormat.MAGIC, BigEndian.getInt(bytes, 0));
    check(object, 4, "flags", LtxFormat.FLAG_NO_PAGE_CHECKSUMS, BigEndian.getInt(bytes, 4));
    check(object, 40, "pre-apply checksum", 0, BigEndian.getLong(bytes, 40));
    for (int i = LtxFormat.HEADER_BYTES_USED; i < LtxFormat.HEADER_BYTES; i++) {
      check(object, i, "reserved byte", 0, bytes[i] & 0xFF);
    }
    try {
      return new LtxHeader(
          BigEndian.getInt(bytes, 8),
          BigEndian.getUnsignedInt(bytes, 12),
          BigEndian.getLong(bytes, 16),
          BigEndian.getLong(bytes, 24),
          Instant.ofEpochMilli(BigEndian.getLong(bytes, 32)),
          BigEndian.getLong(bytes, 48),
          BigEndian.getLong(bytes, 56));
    } catch (IllegalArgumentException e) {
      throw new CorruptLtxException(object, 8, "header", "valid", String.valueOf(e.getMessage()));
    }
  }

  private static void check(String object, long offset, String what, long expected, long actual)
      throws CorruptLtxException {
    if (expected != actual) {
      throw new CorruptLtxException(
          object, offset, what, Long.toHexString(expected), Long.toHexString(actual));
    }
  }
}
