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
    sizeBefore = Files.exists(file) ? open().size() : 0;
  }

  /**
   * A lower bound of the bytes that the transaction has written: it may overwrite frames that an
   * earlier one left behind, rolled back or checkpointed, before it makes the file grow.
   */
  long uncommittedBytes() throws IOException {
    return Math.max(0, open().size() - sizeBefore);
  }

  /** Frames up to the last commit that was read, since the WAL began anew. */
  long frames() {
    return position <= HEADER_BYTES ? 0 : (position - HEADER_BYTES) / frameBytes;
  }

  /**
   * Reads what was committed since the last call.
   *
   * @return null when nothing was
   * @throws CorruptWalException when a frame of the committed part does not check out
   */
  @Nullable WalCommit next() throws IOException {
    FileChannel wal = open();
    if (!readHeader(wal)) {
      return null;
    }
    PageIndex pages = new PageIndex();
    PageIndex committed = null;
    int databasePages = 0;
    long at = position;
    long end = position;
    int sum1 = checksum1;
    int sum2 = checksum2;
    // As large as what is new, up to a bound: thousands of tenants must not hold a buffer each.
    ByteBuffer chunk = ByteBuffer.allocate(chunkBytes(wal.size() - at));
    scan:
    while (fill(wal, at, chunk)) {
      while (chunk.remaining() >= frameBytes) {
        int frame = chunk.position();
        if (chunk.getLong(frame + 8) != salts) {
          break scan;
        }
        long sums = checksum(chunk, frame, 8, sum1, sum2);
        sums = checksum(chunk, frame + FRAME_HEADER_BYTES, pageSize, high(sums), low(sums));
        sum1 = high(sums);
        sum2 = low(sums);
        if (chunk.getInt(frame + 16) != sum1 || chunk.getInt(frame + 20) != sum2) {
          break scan;
        }
        pages.put(chunk.getInt(frame), at + FRAME_HEADER_BYTES);
        at += frameBytes;
        chunk.position(frame + frameBytes);
        int commitSize = chunk.getInt(frame + 4);
        if (commitSize != 0) {
          committed = pages;
          databasePages = commitSize;
          end = at;
          checksum1 = sum1;
          checksum2 = sum2;
        }
      }
    }
    if (committed == null) {
      return null;
    }
    long from = position;
    position = end;
    return new WalCommit(this, committed.sorted(end), databasePages, from, end);
  }

  /** Reads one page image of a commit that {@link #next()} returned last. */
  void readPage(long offset, ByteBuffer target) throws IOException {
    readFully(open(), target, offset);
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

  /** Follows a restart of the WAL; false while it has no header. */
  private boolean readHeader(FileChannel wal) throws IOException {
    header.clear();
    while (header.hasRemaining()) {
      if (wal.read(header, header.position()) < 0) {
        return false;
      }
    }
    long found = header.getLong(16);
    if (position != 0 && found == salts) {
      return true;
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
    if (header.getInt(24) != high(sums) || header.getInt(28) != low(sums)) {
      throw new CorruptWalException(file, 24, "checksum", high(sums), header.getInt(24));
    }
    salts = found;
    checksum1 = high(sums);
    checksum2 = low(sums);
    position = HEADER_BYTES;
    return true;
  }

  private int chunkBytes(long newBytes) {
    long frames = Math.min(newBytes, CHUNK_BYTES) / frameBytes;
    return (int) Math.max(1, frames) * frameBytes;
  }

  /** Loads whole frames from {@code at}; false when there is not one more. */
  private boolean fill(FileChannel wal, long at, ByteBuffer chunk) throws IOException {
    chunk.clear();
    while (chunk.hasRemaining()) {
      if (wal.read(chunk, at + chunk.position()) < 0) {
        break;
      }
    }
    chunk.flip();
    return chunk.remaining() >= frameBytes;
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

    /** Ascending by page number, the last image of each, of frames before {@code end}. */
    WalCommit.Page[] sorted(long end) {
      WalCommit.Page[] all = new WalCommit.Page[count];
      int kept = 0;
      for (int i = 0; i < count; i++) {
        if (entries[i] < end) {
          all[kept++] = new WalCommit.Page(numbers[i], entries[i]);
        }
      }
      WalCommit.Page[] ordered = Arrays.copyOf(all, kept);
      Arrays.sort(ordered);
      int unique = 0;
      for (int i = 0; i < kept; i++) {
        if (i + 1 == kept || ordered[i + 1].number() != ordered[i].number()) {
          ordered[unique++] = ordered[i];
        }
      }
      return Arrays.copyOf(ordered, unique);
    }
  }
}
