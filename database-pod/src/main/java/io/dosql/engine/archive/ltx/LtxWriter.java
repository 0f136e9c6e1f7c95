package io.dosql.engine.archive.ltx;

import java.io.IOException;
import java.io.OutputStream;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;

/**
 * Writes one LTX file as a stream: pages in ascending order, then {@link #finish}.
 *
 * <p>Nothing is durable here and the stream stays open: both are the caller's. A file without
 * {@code finish} is refused by every reader. Memory: two pages and about three bytes per page
 * written. One thread at a time.
 */
public final class LtxWriter {

  private final OutputStream out;
  private final LtxHeader header;
  private final PageIndex index = new PageIndex();
  private final Crc64 checksum = new Crc64();
  private final LZ4Compressor compressor = LZ4Factory.fastestInstance().fastCompressor();
  private final byte[] compressed;
  private final byte[] pageHeader = new byte[LtxFormat.PAGE_HEADER_BYTES];
  private boolean finished;

  /** Writes the header. The stream should be buffered. */
  public LtxWriter(OutputStream out, LtxHeader header) throws IOException {
    this.out = out;
    this.header = header;
    this.compressed = new byte[compressor.maxCompressedLength(header.pageSizeBytes())];
    writeSummed(header.encode(), LtxFormat.HEADER_BYTES);
  }

  /**
   * Adds a page.
   *
   * @param page its number, greater than that of the page before; in a snapshot the very next one
   *     that is not the lock page
   * @param image as many bytes as a page has; not kept
   */
  public void writePage(long page, byte[] image) throws IOException {
    checkPage(page, image);
    int length = compressor.compress(image, 0, image.length, compressed, 0, compressed.length);
    BigEndian.putInt(pageHeader, 0, (int) page);
    BigEndian.putShort(pageHeader, 4, LtxFormat.FLAG_SIZE_FOLLOWS);
    BigEndian.putInt(pageHeader, 6, length);
    writeSummed(pageHeader, LtxFormat.PAGE_HEADER_BYTES);
    checksum.update(image, 0, image.length);
    out.write(compressed, 0, length);
    index.add(page, LtxFormat.PAGE_HEADER_BYTES + length);
  }

  /** Ends the file; does not flush or close the stream. */
  public void finish() throws IOException {
    if (finished) {
      throw new IllegalStateException("the file is finished already");
    }
    if (header.isSnapshot() && index.lastPage() != header.lastSnapshotPage()) {
      throw new IllegalStateException(
          "a snapshot must hold page %d, the last is %d"
              .formatted(header.lastSnapshotPage(), index.lastPage()));
    }
    finished = true;
    writeSummed(new byte[LtxFormat.END_OF_PAGES_BYTES], LtxFormat.END_OF_PAGES_BYTES);
    index.writeTo(new SummingOutput(out, checksum));
    byte[] trailer = new byte[LtxFormat.TRAILER_BYTES];
    checksum.update(trailer, 0, Long.BYTES);
    BigEndian.putLong(trailer, Long.BYTES, checksum.getValue() | LtxFormat.CHECKSUM_FLAG);
    out.write(trailer);
  }

  private void checkPage(long page, byte[] image) {
    if (finished) {
      throw new IllegalStateException("the file is finished already");
    }
    if (image.length != header.pageSizeBytes()) {
      throw new IllegalArgumentException(
          "page %d has %d bytes, not %d".formatted(page, image.length, header.pageSizeBytes()));
    }
    boolean inOrder =
        header.isSnapshot()
            ? page == header.pageAfter(index.lastPage())
            : page > index.lastPage() && page != header.lockPage();
    if (!inOrder || page > header.pageCount()) {
      throw new IllegalArgumentException(
          "page %d of %d cannot follow page %d"
              .formatted(page, header.pageCount(), index.lastPage()));
    }
  }

  private void writeSummed(byte[] bytes, int length) throws IOException {
    checksum.update(bytes, 0, length);
    out.write(bytes, 0, length);
  }
}
