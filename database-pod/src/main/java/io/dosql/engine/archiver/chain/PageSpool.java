package io.dosql.engine.archiver.chain;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Page images in a temporary file, in slots of equal size that are used again: as large as there
 * ever were images at once. Never synced; gone when closed. Not thread safe.
 */
final class PageSpool implements Closeable {

  private static final int MIN_FREE = 64;

  private final FileChannel file;
  private final int pageBytes;
  private int used;

  /** Slots below {@link #used} that hold nothing: the first {@link #freeCount}. */
  private int[] free = new int[MIN_FREE];

  private int freeCount;

  PageSpool(Path scratch, int pageBytes) throws IOException {
    this.pageBytes = pageBytes;
    Path path = Files.createTempFile(scratch, "chain-", ".pages");
    this.file =
        FileChannel.open(
            path,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);
  }

  int pageBytes() {
    return pageBytes;
  }

  /** Puts an image into a slot that is free; returns the slot. */
  int add(ByteBuffer image) throws IOException {
    int slot = freeCount > 0 ? free[--freeCount] : used++;
    replace(slot, image);
    return slot;
  }

  void replace(int slot, ByteBuffer image) throws IOException {
    ByteBuffer bytes = image.duplicate();
    long at = (long) slot * pageBytes;
    while (bytes.hasRemaining()) {
      at += file.write(bytes, at);
    }
  }

  void read(int slot, byte[] image) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(image);
    long at = (long) slot * pageBytes;
    while (bytes.hasRemaining()) {
      int got = file.read(bytes, at);
      if (got < 0) {
        throw new EOFException("the pages' temporary file became shorter");
      }
      at += got;
    }
  }

  void free(int slot) {
    if (freeCount == free.length) {
      free = Arrays.copyOf(free, freeCount * 2);
    }
    free[freeCount++] = slot;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
