package io.dosql.engine.tenant;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads committed transactions back from a tenant's {@code -wal} file. Correct because only this
 * process writes the file, and because it is called on the tenant's strand, between commits.
 *
 * <pre>
 * WAL header, 32 bytes, big-endian
 *    0 magic 0x377f0682 (checksums over little-endian words) or 0x377f0683 (big-endian)
 *    4 format 3007000   8 page size   12 checkpoint sequence   16 salt-1   20 salt-2
 *   24 checksum-1   28 checksum-2     of bytes 0..23
 * frame, 24 bytes and a page
 *    0 page number   4 database size in pages if this frame commits, else 0
 *    8 salt-1   12 salt-2             equal to the header's, else the frame is a leftover
 *   16 checksum-1   20 checksum-2     running: over bytes 0..7 and the page
 * </pre>
 *
 * Format: "WAL-mode File Format", sqlite.org/walformat.html. Checksums are verified: a frame that
 * was not written as SQLite meant it never reaches the log.
 */
final class WalReader implements AutoCloseable {

  private static final int HEADER_BYTES = 32;
  private static final int FRAME_HEADER_BYTES = 24;
  private static final int MAGIC_LITTLE_ENDIAN = 0x377f0682;
  private static final int MAGIC_BIG_ENDIAN = 0x377f0683;
  private static final int CHUNK_BYTES = 256 * 1024;

  private final Path file;
  private final int pageSize;
  private final int frameBytes;
  private final ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
  private @Nullable FileChannel channel;

  private ByteOrder checksumOrder = ByteOrder.LITTLE_ENDIAN;
  private long salts;
  private long position;
  private long sizeBefore;
  private int checksum1;
  private int checksum2;

  /**
   * @param file need not exist yet
   */
  WalReader(Path file, int pageSize) {
    this.file = file;
    this.pageSize = pageSize;
    this.frameBytes = FRAME_HEADER_BYTES + pageSize;
  }

  /** Before a transaction writes: what lies in the file now is not of its making. */
  void transactionBegins() throws IOException {
    sizeBefore = exists() ? open().size() : 0;
  }

  /**
   * A lower bound of the bytes that the transaction has written: it may overwrite frames that an
   * earlier one left behind, rolled back or checkpointed, before it makes the file grow.
   */
  long uncommittedBytes() throws IOException {
    return exists() ? Math.max(0, open().size() - sizeBefore) : 0;
  }

  private boolean exists() {
    return channel != null || Files.exists(file);
  }

  /**
   * Reads what was committed since the last call.
   *
   * @param frames of the WAL that are committed by now, as SQLite counts them: what lies behind may
   *     look like a commit, and be what is left of one that failed in its last step
   * @throws CorruptWalException when these frames are not there as SQLite must have written them;
   *     then nothing more can be read
   */
  WalCommit next(int frames) throws IOException {
    FileChannel wal = open();
    long end = HEADER_BYTES + (long) frames * frameBytes;
    ByteBuffer chunk = firstFrames(wal, end);
    long from = position;
    PageIndex pages = new PageIndex();
    boolean isWhole = chunk.limit() == end - from;
    int databasePages = 0;
    for (long at = from; at < end; at += frameBytes) {
      if (!chunk.hasRemaining()) {
        fill(wal, at, chunk.clear().limit((int) Math.min(chunk.capacity(), end - at)));
      }
      databasePages = frame(chunk, at);
      pages.put(chunk.getInt(chunk.position()), at + FRAME_HEADER_BYTES);
      chunk.position(chunk.position() + frameBytes);
    }
    if (databasePages == 0) {
      throw new CorruptWalException(file, end - frameBytes + 4, "mark of a commit", 1, 0);
    }
    position = end;
    return new WalCommit(
        this, pages.sorted(), databasePages, from, end, isWhole ? chunk.rewind() : null);
  }

  /**
   * Reads the first frames behind {@link #position}. Whether the WAL was begun anew their salts
   * tell: SQLite has written them, so they are those of the header, which is read only then.
   */
  private ByteBuffer firstFrames(FileChannel wal, long end) throws IOException {
    if (position != 0 && end > position) {
      ByteBuffer chunk = chunk(wal, end);
      if (chunk.getLong(8) == salts) {
        return chunk;
      }
    }
    readHeader(wal);
    if (end <= position) {
      throw new CorruptWalException(file, end, "end of the committed frames", position, end);
    }
    return chunk(wal, end);
  }

  /** As large as what is new, up to a bound: thousands of tenants must not hold a buffer each. */
  private ByteBuffer chunk(FileChannel wal, long end) throws IOException {
    long count = Math.max(1, Math.min(end - position, CHUNK_BYTES) / frameBytes);
    ByteBuffer chunk = ByteBuffer.allocate((int) count * frameBytes);
    fill(wal, position, chunk);
    return chunk;
  }

  /** Checks the frame at the chunk's position; returns its commit mark. */
  private int frame(ByteBuffer chunk, long offset) throws CorruptWalException {
    int frame = chunk.position();
    long sums = checksum(chunk, frame, 8, checksum1, checksum2);
    sums = checksum(chunk, frame + FRAME_HEADER_BYTES, pageSize, high(sums), low(sums));
    expect(offset + 8, "salts", salts, chunk.getLong(frame + 8));
    expect(offset + 16, "checksum", sums, chunk.getLong(frame + 16));
    checksum1 = high(sums);
    checksum2 = low(sums);
    return chunk.getInt(frame + 4);
  }

  private void expect(long offset, String what, long expected, long actual)
      throws CorruptWalException {
    if (expected != actual) {
      throw new CorruptWalException(file, offset, what, expected, actual);
    }
  }

  /** Reads one page image of a commit that {@link #next} returned last. */
  ByteBuffer readPage(long offset) throws IOException {
    ByteBuffer page = ByteBuffer.allocate(pageSize);
    readFully(open(), page, offset);
    return page.flip();
  }

  int pageSize() {
    return pageSize;
  }

  private FileChannel open() throws IOException {
    FileChannel current = channel;
    if (current == null) {
      current = FileChannel.open(file, StandardOpenOption.READ);
      channel = current;
    }
    return current;
  }

  /** Follows a restart of the WAL. */
  private void readHeader(FileChannel wal) throws IOException {
    readFully(wal, header.clear(), 0);
    long found = header.getLong(16);
    if (position != 0 && found == salts) {
      return;
    }
    int magic = header.getInt(0);
    if (magic != MAGIC_LITTLE_ENDIAN && magic != MAGIC_BIG_ENDIAN) {
      throw new CorruptWalException(file, 0, "magic", MAGIC_LITTLE_ENDIAN, magic);
    }
    if (header.getInt(8) != pageSize) {
      throw new CorruptWalException(file, 8, "page size", pageSize, header.getInt(8));
    }
    checksumOrder = magic == MAGIC_BIG_ENDIAN ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    long sums = checksum(header, 0, 24, 0, 0);
    expect(24, "checksum", sums, header.getLong(24));
    salts = found;
    checksum1 = high(sums);
    checksum2 = low(sums);
    position = HEADER_BYTES;
  }

  private static void fill(FileChannel wal, long at, ByteBuffer chunk) throws IOException {
    readFully(wal, chunk, at);
    chunk.flip();
  }

  private long checksum(ByteBuffer buffer, int from, int length, int start1, int start2) {
    buffer.order(checksumOrder);
    int s1 = start1;
    int s2 = start2;
    for (int i = from; i < from + length; i += 8) {
      s1 += buffer.getInt(i) + s2;
      s2 += buffer.getInt(i + 4) + s1;
    }
    buffer.order(ByteOrder.BIG_ENDIAN);
    return ((long) s1 << 32) | (s2 & 0xffffffffL);
  }

  private static int high(long sums) {
    return (int) (sums >>> 32);
  }

  private static int low(long sums) {
    return (int) sums;
  }

  private static void readFully(FileChannel wal, ByteBuffer target, long offset)
      throws IOException {
    long at = offset;
    while (target.hasRemaining()) {
      int count = wal.read(target, at);
      if (count < 0) {
        throw new IOException("the WAL ends at " + at + " while a page is read");
      }
      at += count;
    }
  }

  @Override
  public void close() throws IOException {
    FileChannel current = channel;
    channel = null;
    if (current != null) {
      current.close();
    }
  }

  /** Page numbers and where their newest image lies, in the order of the frames. */
  private static final class PageIndex {
    private long[] entries = new long[16];
    private int[] numbers = new int[16];
    private int count;

    void put(int number, long offset) {
      if (count == numbers.length) {
        numbers = Arrays.copyOf(numbers, count * 2);
        entries = Arrays.copyOf(entries, count * 2);
      }
      numbers[count] = number;
      entries[count++] = offset;
    }

    /** Ascending by page number, the last image of each. */
    WalCommit.Page[] sorted() {
      WalCommit.Page[] ordered = new WalCommit.Page[count];
      for (int i = 0; i < count; i++) {
        ordered[i] = new WalCommit.Page(numbers[i], entries[i]);
      }
      Arrays.sort(ordered);
      int unique = 0;
      for (int i = 0; i < count; i++) {
        if (i + 1 == count || ordered[i + 1].number() != ordered[i].number()) {
          ordered[unique++] = ordered[i];
        }
      }
      return Arrays.copyOf(ordered, unique);
    }
  }
}
