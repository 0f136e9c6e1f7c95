package io.dosql.engine.simulation;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A file as the page cache shows it, and as the disk holds it. A page that is the same in both is
 * shared; a null page is all zeros.
 */
@SuppressWarnings("ReferenceEquality") // Pages are shared until one of two is written to.
final class SimulatedFile implements SimulatedNode {

  static final int PAGE = 4096;
  static final int SECTOR = 512;
  private static final int SECTORS_PER_PAGE = PAGE / SECTOR;

  private byte[] @Nullable [] cache = new byte[4][];
  private byte[] @Nullable [] disk = new byte[4][];
  private long size;
  private long diskSize;

  /** What the next sync writes. */
  private final BitSet dirtySectors = new BitSet();

  private boolean isSizeDirty;
  private int cachedPages;

  long size() {
    return size;
  }

  /** Bytes that the file takes of the volume. */
  long allocatedBytes() {
    return (long) cachedPages * PAGE;
  }

  /** Bytes that a write would newly take. */
  long newBytes(long offset, int count) {
    long pages = 0;
    for (int p = page(offset); p <= page(offset + count - 1); p++) {
      pages += p >= cache.length || cache[p] == null ? 1 : 0;
    }
    return count == 0 ? 0 : pages * PAGE;
  }

  private static int page(long offset) {
    return Math.toIntExact(offset / PAGE);
  }

  int read(ByteBuffer target, long offset, int count) {
    int left = count;
    long at = offset;
    while (left > 0) {
      int inPage = (int) (at % PAGE);
      int part = Math.min(left, PAGE - inPage);
      byte[] page = page(at) < cache.length ? cache[page(at)] : null;
      if (page == null) {
        for (int i = 0; i < part; i++) {
          target.put((byte) 0);
        }
      } else {
        target.put(page, inPage, part);
      }
      at += part;
      left -= part;
    }
    return count;
  }

  void write(ByteBuffer source, long offset, int count) {
    int left = count;
    long at = offset;
    while (left > 0) {
      int inPage = (int) (at % PAGE);
      int part = Math.min(left, PAGE - inPage);
      source.get(writable(page(at)), inPage, part);
      at += part;
      left -= part;
    }
    if (count > 0) {
      dirtySectors.set((int) (offset / SECTOR), (int) ((offset + count - 1) / SECTOR) + 1);
    }
    if (offset + count > size) {
      size = offset + count;
      isSizeDirty = true;
    }
  }

  private byte[] writable(int page) {
    if (page >= cache.length) {
      cache = Arrays.copyOf(cache, Math.max(page + 1, cache.length * 2));
    }
    byte[] current = cache[page];
    if (current == null) {
      current = new byte[PAGE];
      cachedPages++;
    } else if (page < disk.length && disk[page] == current) {
      current = current.clone();
    }
    cache[page] = current;
    return current;
  }

  void truncate(long newSize) {
    if (newSize >= size) {
      return;
    }
    dirtySectors.set((int) (newSize / SECTOR), (int) ((size - 1) / SECTOR) + 1);
    int firstGone = page(newSize + PAGE - 1);
    for (int p = firstGone; p < cache.length; p++) {
      cachedPages -= cache[p] == null ? 0 : 1;
      cache[p] = null;
    }
    if (newSize % PAGE != 0 && page(newSize) < cache.length && cache[page(newSize)] != null) {
      byte[] last = writable(page(newSize));
      Arrays.fill(last, (int) (newSize % PAGE), PAGE, (byte) 0);
    }
    size = newSize;
    isSizeDirty = true;
  }

  /** Everything is on disk. */
  void sync() {
    diskSize = size;
    isSizeDirty = false;
    growDisk(cache.length);
    int s = dirtySectors.nextSetBit(0);
    while (s >= 0) {
      int p = s / SECTORS_PER_PAGE;
      disk[p] = p < cache.length ? cache[p] : null;
      s = dirtySectors.nextSetBit((p + 1) * SECTORS_PER_PAGE);
    }
    dirtySectors.clear();
  }

  /** As Linux: some of it is on disk, and no later sync writes the rest, which the cache shows. */
  void failSync(Random random) {
    if (random.nextBoolean()) {
      diskSize = size;
    }
    writeSome(random, random.nextDouble());
    isSizeDirty = false;
    dirtySectors.clear();
  }

  /** The kernel writes some of it by itself. */
  void writeBack(Random random) {
    writeSome(random, 0.3);
  }

  private void writeSome(Random random, double probability) {
    for (int s = dirtySectors.nextSetBit(0); s >= 0; s = dirtySectors.nextSetBit(s + 1)) {
      if (random.nextDouble() < probability && writeSector(s)) {
        dirtySectors.clear(s);
      }
    }
  }

  /** A sector reaches the disk, if the file does there. */
  private boolean writeSector(int sector) {
    long from = (long) sector * SECTOR;
    if (from >= size || from >= diskSize) {
      return false;
    }
    int p = sector / SECTORS_PER_PAGE;
    growDisk(p + 1);
    byte[] source = p < cache.length ? cache[p] : null;
    byte[] target = disk[p];
    if (target == null) {
      target = new byte[PAGE];
      disk[p] = target;
    }
    if (source == target) {
      return true;
    }
    int at = (sector % SECTORS_PER_PAGE) * SECTOR;
    if (source == null) {
      Arrays.fill(target, at, at + SECTOR, (byte) 0);
    } else {
      System.arraycopy(source, at, target, at, SECTOR);
    }
    return true;
  }

  private void growDisk(int pages) {
    if (disk.length < pages) {
      disk = Arrays.copyOf(disk, Math.max(pages, disk.length * 2));
    }
  }

  /** The cache is gone: what was not synced is on disk or not, sector by sector. */
  void losePower(Random random, double kept) {
    if (isSizeDirty && random.nextDouble() < kept) {
      diskSize = size;
    }
    writeSome(random, kept);
    dirtySectors.clear();
    isSizeDirty = false;
    size = diskSize;
    int pages = page(diskSize + PAGE - 1);
    growDisk(pages);
    Arrays.fill(disk, pages, disk.length, null);
    byte[] last = diskSize % PAGE == 0 ? null : disk[pages - 1];
    if (last != null) {
      last = last.clone();
      Arrays.fill(last, (int) (diskSize % PAGE), PAGE, (byte) 0);
      disk[pages - 1] = last;
    }
    cache = disk.clone();
    cachedPages = 0;
    for (byte[] content : cache) {
      cachedPages += content == null ? 0 : 1;
    }
  }

  /** Changes a bit behind everybody's back. */
  void rot(long offset, int bit) {
    flip(cache, offset, bit);
    if (disk != cache && page(offset) < disk.length && disk[page(offset)] != cache[page(offset)]) {
      flip(disk, offset, bit);
    }
  }

  private static void flip(byte[] @Nullable [] pages, long offset, int bit) {
    byte[] content = pages[page(offset)];
    if (content == null) {
      content = new byte[PAGE];
      pages[page(offset)] = content;
    }
    content[(int) (offset % PAGE)] ^= (byte) (1 << bit);
  }

  byte[] content() {
    ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(size));
    read(all, 0, all.capacity());
    return all.array();
  }

  SimulatedFile copy() {
    SimulatedFile copy = new SimulatedFile();
    copy.write(ByteBuffer.wrap(content()), 0, Math.toIntExact(size));
    copy.sync();
    return copy;
  }
}
