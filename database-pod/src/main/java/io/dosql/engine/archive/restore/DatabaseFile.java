package io.dosql.engine.archive.restore;

import io.dosql.engine.archive.ltx.LtxApply;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A database file that is being made of page images. Pages that follow each other are written
 * together. One thread; durable after {@link #force}.
 *
 * <p>Images are gathered in an array, not in a buffer outside the heap: where one and the same
 * array was copied there page after page, compiled code of Java 25.0.3 was seen, once in some
 * processes, to go on copying one image although the array held the next ones (their checksums were
 * right).
 */
final class DatabaseFile implements LtxApply.Target, Closeable {

  private static final int RUN_BYTES = 256 << 10;

  private final RandomAccessFile file;
  private final int pageBytes;
  private final byte[] run;
  private int runBytes;

  /** Where in the file {@link #run} belongs. */
  private long runAt;

  /** {@code target} must not exist. */
  DatabaseFile(Path target, int pageBytes) throws IOException {
    Files.createFile(target);
    this.file = new RandomAccessFile(target.toFile(), "rw");
    this.pageBytes = pageBytes;
    this.run = new byte[Math.max(RUN_BYTES, pageBytes)];
  }

  int pageBytes() {
    return pageBytes;
  }

  @Override
  public void write(long page, byte[] image) throws IOException {
    requirePage(page, image.length);
    System.arraycopy(image, 0, run, place(page), pageBytes);
  }

  /** Takes a page's image; its bytes are consumed. */
  void write(long page, ByteBuffer image) throws IOException {
    requirePage(page, image.remaining());
    image.get(run, place(page), pageBytes);
  }

  private void requirePage(long page, int bytes) {
    if (bytes != pageBytes) {
      throw new IllegalArgumentException(
          "page %d has %d bytes, not %d".formatted(page, bytes, pageBytes));
    }
  }

  /** Where in {@link #run} a page's image comes. */
  private int place(long page) throws IOException {
    long at = (page - 1) * pageBytes;
    if (at != runAt + runBytes || run.length - runBytes < pageBytes) {
      flush();
      runAt = at;
    }
    int place = runBytes;
    runBytes += pageBytes;
    return place;
  }

  private void flush() throws IOException {
    if (runBytes > 0) {
      file.seek(runAt);
      file.write(run, 0, runBytes);
      runAt += runBytes;
      runBytes = 0;
    }
  }

  @Override
  public void resize(long pages) throws IOException {
    flush();
    // Longer only where the last page is the one that holds the lock bytes, which no file holds.
    file.setLength(pages * pageBytes);
  }

  /** Makes it durable; its folder is not. */
  void force() throws IOException {
    flush();
    file.getChannel().force(true);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
