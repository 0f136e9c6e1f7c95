package io.dosql.engine.archive.ltx;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** As much of the SQLite file format as is needed to cut a database file into pages. */
final class SqliteFile {

  private static final byte[] MAGIC = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
  private static final int HEADER_BYTES = 100;
  private static final int PAGE_SIZE_OFFSET = 16;
  private static final int CHANGE_COUNTER_OFFSET = 24;
  private static final int PAGE_COUNT_OFFSET = 28;
  private static final int VERSION_VALID_FOR_OFFSET = 92;

  private SqliteFile() {}

  /** The page size that the file's header gives, once the file has proved to be whole pages. */
  static int pageSizeBytes(Path file, FileChannel channel) throws IOException {
    byte[] header = new byte[HEADER_BYTES];
    if (channel.size() < HEADER_BYTES) {
      throw new IOException(
          "%s is no SQLite database: it has %d bytes".formatted(file, channel.size()));
    }
    readFully(channel, ByteBuffer.wrap(header), 0);
    if (!Arrays.equals(header, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new IOException(file + " is no SQLite database: its first 16 bytes differ");
    }
    int stored = BigEndian.getUnsignedShort(header, PAGE_SIZE_OFFSET);
    // 65536 does not fit into the two bytes; SQLite writes 1 for it.
    int pageSizeBytes = stored == 1 ? LtxFormat.PAGE_SIZE_BYTES_MAX : stored;
    if (!LtxFormat.isPageSize(pageSizeBytes)) {
      throw new IOException("%s gives %d as its page size".formatted(file, stored));
    }
    if (channel.size() % pageSizeBytes != 0) {
      throw new IOException(
          "%s has %d bytes, which are no whole pages of %d"
              .formatted(file, channel.size(), pageSizeBytes));
    }
    checkPageCount(file, header, channel.size() / pageSizeBytes);
    return pageSizeBytes;
  }

  /** A file with fewer pages than its header counts has the others in a {@code -wal}. */
  private static void checkPageCount(Path file, byte[] header, long pageCount) throws IOException {
    boolean countIsValid =
        BigEndian.getInt(header, CHANGE_COUNTER_OFFSET)
            == BigEndian.getInt(header, VERSION_VALID_FOR_OFFSET);
    long counted = BigEndian.getUnsignedInt(header, PAGE_COUNT_OFFSET);
    if (countIsValid && pageCount < counted) {
      throw new IOException(
          "%s has %d pages, but its header counts %d".formatted(file, pageCount, counted));
    }
  }

  static void readPage(FileChannel channel, long page, byte[] image) throws IOException {
    readFully(channel, ByteBuffer.wrap(image), (page - 1) * image.length);
  }

  private static void readFully(FileChannel channel, ByteBuffer target, long position)
      throws IOException {
    long at = position;
    while (target.hasRemaining()) {
      int got = channel.read(target, at);
      if (got < 0) {
        throw new EOFException("the database file became shorter while it was read");
      }
      at += got;
    }
  }
}
