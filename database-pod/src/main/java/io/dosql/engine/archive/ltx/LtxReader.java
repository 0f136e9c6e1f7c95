package io.dosql.engine.archive.ltx;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * Reads one LTX file as a stream and verifies all of it: magic, order and sizes of the pages, the
 * index, both checksums and that nothing follows.
 *
 * <p><b>Pages are handed out before the checksum behind them is known.</b> What was made of them
 * counts only once {@link #nextPage} has returned 0. The stream stays the caller's. Memory: two
 * pages and about three bytes per page read. One thread at a time.
 */
public final class LtxReader {

  private final String object;
  private final InputStream in;
  private final Crc64 checksum = new Crc64();
  private final PageIndex index = new PageIndex();
  private final LZ4SafeDecompressor decompressor = LZ4Factory.fastestInstance().safeDecompressor();
  private final LtxHeader header;
  private final byte[] compressed;
  private final byte[] pageHeader = new byte[LtxFormat.PAGE_HEADER_BYTES];
  private long offset;
  private boolean finished;

  /**
   * Reads the header.
   *
   * @param object named in errors
   * @param in should be buffered
   * @throws CorruptLtxException when the beginning is not that of a valid file
   */
  public LtxReader(String object, InputStream in) throws IOException {
    this.object = object;
    this.in = in;
    byte[] bytes = new byte[LtxFormat.HEADER_BYTES];
    readSummed(bytes, LtxFormat.HEADER_BYTES, "header");
    this.header = LtxHeader.decode(object, bytes);
    this.compressed =
        new byte[LZ4Factory.fastestInstance().fastCompressor().maxCompressedLength(pageSize())];
  }

  public LtxHeader header() {
    return header;
  }

  /**
   * Reads the next page.
   *
   * @param image receives it; as long as a page
   * @return its number, or 0 when the file has ended and all of it proved true
   * @throws CorruptLtxException when anything is not as it must be
   */
  public long nextPage(byte[] image) throws IOException {
    if (image.length != pageSize()) {
      throw new IllegalArgumentException(
          "buffer of %d bytes for pages of %d".formatted(image.length, pageSize()));
    }
    if (finished) {
      return 0;
    }
    readSummed(pageHeader, LtxFormat.END_OF_PAGES_BYTES, "page header");
    long page = BigEndian.getUnsignedInt(pageHeader, 0);
    int flags = BigEndian.getUnsignedShort(pageHeader, 4);
    if (page == 0) {
      check(-2, "flags at the end of the pages", 0, flags);
      finish();
      return 0;
    }
    check(-2, "page flags", LtxFormat.FLAG_SIZE_FOLLOWS, flags);
    checkOrder(page);
    readPage(page, image);
    return page;
  }

  private void readPage(long page, byte[] image) throws IOException {
    byte[] sizeBytes = new byte[Integer.BYTES];
    readSummed(sizeBytes, Integer.BYTES, "size of page " + page);
    int length = BigEndian.getInt(sizeBytes, 0);
    if (length < 1 || length > compressed.length) {
      throw corrupt(-4, "size of page " + page, "1 to " + compressed.length, length + " bytes");
    }
    readFully(compressed, length, "page " + page);
    checksum.update(image, 0, decompress(page, length, image));
    index.add(page, LtxFormat.PAGE_HEADER_BYTES + length);
  }

  private int decompress(long page, int length, byte[] image) throws CorruptLtxException {
    int produced;
    try {
      produced = decompressor.decompress(compressed, 0, length, image, 0, image.length);
    } catch (LZ4Exception e) {
      CorruptLtxException failure =
          corrupt(-length, "page " + page, "an LZ4 block", String.valueOf(e.getMessage()));
      failure.initCause(e);
      throw failure;
    }
    if (produced != image.length) {
      throw corrupt(-length, "page " + page, image.length + " bytes", produced + " bytes");
    }
    return produced;
  }

  private void checkOrder(long page) throws CorruptLtxException {
    long previous = index.lastPage();
    if (header.isSnapshot()) {
      check(-LtxFormat.END_OF_PAGES_BYTES, "page number", header.pageAfter(previous), page);
    } else if (page <= previous || page == header.lockPage()) {
      throw corrupt(
          -LtxFormat.END_OF_PAGES_BYTES, "page number", "more than " + previous, "" + page);
    }
    if (page > header.pageCount()) {
      throw corrupt(
          -LtxFormat.END_OF_PAGES_BYTES, "page number", "at most " + header.pageCount(), "" + page);
    }
  }

  private void finish() throws IOException {
    if (header.isSnapshot()) {
      check(
          -LtxFormat.END_OF_PAGES_BYTES,
          "last page of the snapshot",
          header.lastSnapshotPage(),
          index.lastPage());
    }
    index.writeTo(new ExpectedBytes());
    byte[] trailer = new byte[LtxFormat.TRAILER_BYTES];
    readFully(trailer, LtxFormat.TRAILER_BYTES, "trailer");
    checksum.update(trailer, 0, Long.BYTES);
    check(-16, "post-apply checksum", 0, BigEndian.getLong(trailer, 0));
    check(
        -8,
        "file checksum",
        checksum.getValue() | LtxFormat.CHECKSUM_FLAG,
        BigEndian.getLong(trailer, Long.BYTES));
    if (in.read() != -1) {
      throw corrupt(0, "end of the file", "byte " + offset, "further on");
    }
    finished = true;
  }

  private int pageSize() {
    return header.pageSizeBytes();
  }

  private void readSummed(byte[] bytes, int length, String what) throws IOException {
    readFully(bytes, length, what);
    checksum.update(bytes, 0, length);
  }

  private void readFully(byte[] bytes, int length, String what) throws IOException {
    int got = in.readNBytes(bytes, 0, length);
    offset += got;
    if (got < length) {
      throw corrupt(0, what, length + " bytes", "the end of the file after " + got);
    }
  }

  private void check(long back, String what, long expected, long actual)
      throws CorruptLtxException {
    if (expected != actual) {
      throw corrupt(back, what, Long.toUnsignedString(expected), Long.toUnsignedString(actual));
    }
  }

  /** {@code back} is where the fault lies, counted from the bytes read so far: zero or less. */
  private CorruptLtxException corrupt(long back, String what, String expected, String actual) {
    return new CorruptLtxException(object, offset + back, what, expected, actual);
  }

  /** Takes the index as it should be and compares it with what the file holds. */
  private final class ExpectedBytes extends OutputStream {

    @Override
    public void write(int value) throws IOException {
      int actual = in.read();
      if (actual < 0) {
        throw corrupt(0, "index", "to go on", "the end of the file");
      }
      offset++;
      check(-1, "byte of the index", value & 0xFF, actual);
      checksum.update(actual);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      for (int i = from; i < from + length; i++) {
        write(bytes[i]);
      }
    }
  }
}
