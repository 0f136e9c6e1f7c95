package io.dosql.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A disk with a page cache. What was written is seen at once, and is on disk after a sync; a power
 * loss keeps any subset of the unsynced sectors and of the unsynced changes of the directory. After
 * a failed sync the cache shows what was written, yet no later sync writes it: as Linux does.
 */
final class SimulatedDisk implements LogStorage {

  /** The process is no more: everything it still tries fails with this. */
  static final class ProcessEnded extends IOException {
    private static final long serialVersionUID = 1L;

    ProcessEnded() {
      super("the process has ended");
    }
  }

  /** What can go wrong, and how often. */
  static final class Faults {
    double shortWrites;
    double readErrors;
    double writeErrors;
    double syncErrors;
    double createErrors;
    double deleteErrors;

    /** Operations until the process ends in the middle of one; negative for never. */
    int operationsLeft = -1;
  }

  private static final int SECTOR = LogFormat.SECTOR_BYTES;

  private static final class Inode {
    byte[] cache = new byte[0];
    byte[] disk = new byte[0];

    /** Sectors that the next sync writes. */
    final BitSet dirty = new BitSet();

    boolean isSizeDirty;
  }

  private record DirectoryChange(
      String name, @Nullable Inode inode, @Nullable String renamedFrom) {}

  private final Random random;
  private Map<String, Inode> names = new HashMap<>();
  private Map<String, Inode> durableNames = new HashMap<>();
  private final List<DirectoryChange> changes = new ArrayList<>();
  private int openFiles;
  private boolean hasEnded;
  private Faults faults = new Faults();
  private Runnable onWrite = () -> {};

  SimulatedDisk(Random random) {
    this.random = random;
  }

  /** Sets what is called at the begin of each write. */
  void onWrite(Runnable onWrite) {
    this.onWrite = onWrite;
  }

  void setFaults(Faults faults) {
    this.faults = faults;
  }

  boolean hasEnded() {
    return hasEnded;
  }

  int openFiles() {
    return openFiles;
  }

  /** The process is gone; the kernel with its cache lives on. */
  void restartAfterKill() {
    hasEnded = false;
    openFiles = 0;
    faults = new Faults();
  }

  /** The cache is gone, too. */
  void restartAfterPowerLoss() {
    double kept = new double[] {0, 0.1, 0.5, 0.9, 1}[random.nextInt(5)];
    for (DirectoryChange change : changes) {
      if (random.nextDouble() < kept) {
        apply(change);
      }
    }
    changes.clear();
    for (Inode inode : allInodes()) {
      loseCache(inode, kept);
    }
    names = new HashMap<>(durableNames);
    restartAfterKill();
  }

  private void apply(DirectoryChange change) {
    if (change.renamedFrom() != null) {
      Inode moved = durableNames.remove(change.renamedFrom());
      if (moved != null) {
        durableNames.put(change.name(), moved);
      }
    } else if (change.inode() != null) {
      durableNames.put(change.name(), change.inode());
    } else {
      durableNames.remove(change.name());
    }
  }

  private List<Inode> allInodes() {
    List<Inode> all = new ArrayList<>(names.values());
    durableNames.values().stream().filter(inode -> !all.contains(inode)).forEach(all::add);
    return all;
  }

  private void loseCache(Inode inode, double kept) {
    if (inode.isSizeDirty && random.nextDouble() < kept) {
      inode.disk = Arrays.copyOf(inode.disk, inode.cache.length);
    }
    writeBack(inode, kept);
    inode.dirty.clear();
    inode.isSizeDirty = false;
    inode.cache = inode.disk.clone();
  }

  /** Writes a part of the dirty sectors, as far as the file reaches on disk. */
  private void writeBack(Inode inode, double probability) {
    for (int s = inode.dirty.nextSetBit(0); s >= 0; s = inode.dirty.nextSetBit(s + 1)) {
      int from = s * SECTOR;
      int to = Math.min(from + SECTOR, Math.min(inode.cache.length, inode.disk.length));
      if (from < to && random.nextDouble() < probability) {
        System.arraycopy(inode.cache, from, inode.disk, from, to - from);
      }
    }
  }

  /** Changes one byte of a file behind everybody's back. */
  void flipByte(String name, int offset) {
    Inode inode = known(name);
    inode.cache[offset] ^= 0x40;
    inode.disk[offset] ^= 0x40;
  }

  /** Overwrites bytes of a file behind everybody's back. */
  void poke(String name, int offset, byte[] bytes) {
    Inode inode = known(name);
    System.arraycopy(bytes, 0, inode.cache, offset, bytes.length);
    System.arraycopy(bytes, 0, inode.disk, offset, bytes.length);
  }

  /** Makes a file shorter behind everybody's back. */
  void truncate(String name, int size) {
    Inode inode = known(name);
    inode.cache = Arrays.copyOf(inode.cache, size);
    inode.disk = Arrays.copyOf(inode.disk, size);
  }

  private Inode known(String name) {
    return Objects.requireNonNull(names.get(name), name);
  }

  byte[] content(String name) {
    return known(name).cache.clone();
  }

  private void operation() throws ProcessEnded {
    checkRunning();
    if (faults.operationsLeft > 0) {
      faults.operationsLeft--;
    }
  }

  private void checkRunning() throws ProcessEnded {
    if (hasEnded) {
      throw new ProcessEnded();
    }
  }

  /** Whether the process ends within the present operation. */
  private boolean endsNow() {
    if (faults.operationsLeft == 0) {
      hasEnded = true;
    }
    return hasEnded;
  }

  private boolean strikes(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  @Override
  public List<String> list() throws IOException {
    operation();
    return List.copyOf(names.keySet());
  }

  @Override
  public LogFile create(String name) throws IOException {
    operation();
    if (names.containsKey(name)) {
      throw new FileAlreadyExistsException(name);
    }
    if (strikes(faults.createErrors)) {
      throw new IOException("No space left on device");
    }
    Inode inode = new Inode();
    names.put(name, inode);
    changes.add(new DirectoryChange(name, inode, null));
    if (endsNow()) {
      throw new ProcessEnded();
    }
    return new OpenFile(inode);
  }

  @Override
  public LogFile openForWriting(String name) throws IOException {
    return openForReading(name);
  }

  @Override
  public LogFile openForReading(String name) throws IOException {
    operation();
    return new OpenFile(existing(name));
  }

  private Inode existing(String name) throws NoSuchFileException {
    Inode inode = names.get(name);
    if (inode == null) {
      throw new NoSuchFileException(name);
    }
    return inode;
  }

  @Override
  public void rename(String from, String to) throws IOException {
    operation();
    Inode inode = existing(from);
    if (names.containsKey(to)) {
      throw new FileAlreadyExistsException(to);
    }
    names.remove(from);
    names.put(to, inode);
    changes.add(new DirectoryChange(to, inode, from));
    if (endsNow()) {
      throw new ProcessEnded();
    }
  }

  @Override
  public void delete(String name) throws IOException {
    operation();
    existing(name);
    if (strikes(faults.deleteErrors)) {
      throw new IOException("Input/output error");
    }
    names.remove(name);
    changes.add(new DirectoryChange(name, null, null));
    if (endsNow()) {
      throw new ProcessEnded();
    }
  }

  @Override
  public void syncDirectory() throws IOException {
    operation();
    if (endsNow()) {
      throw new ProcessEnded();
    }
    if (strikes(faults.syncErrors)) {
      throw new IOException("Input/output error");
    }
    changes.clear();
    durableNames = new HashMap<>(names);
  }

  private final class OpenFile implements LogFile {

    private final Inode inode;
    private boolean isClosed;

    OpenFile(Inode inode) {
      this.inode = inode;
      openFiles++;
    }

    private void checkOpen() throws IOException {
      operation();
      if (isClosed) {
        throw new IOException("closed");
      }
    }

    @Override
    public long sizeBytes() throws IOException {
      checkOpen();
      return inode.cache.length;
    }

    @Override
    public int read(ByteBuffer target, long offset) throws IOException {
      checkOpen();
      if (strikes(faults.readErrors)) {
        throw new IOException("Input/output error");
      }
      if (offset >= inode.cache.length) {
        return -1;
      }
      int count = (int) Math.min(target.remaining(), inode.cache.length - offset);
      if (count > 1 && strikes(faults.shortWrites)) {
        count = 1 + random.nextInt(count);
      }
      target.put(inode.cache, (int) offset, count);
      return count;
    }

    @Override
    public int write(ByteBuffer source, long offset) throws IOException {
      checkOpen();
      onWrite.run();
      int count = source.remaining();
      boolean ends = endsNow();
      boolean fails = strikes(faults.writeErrors);
      if (ends || fails || strikes(faults.shortWrites)) {
        count = random.nextInt(ends || fails ? 0 : 1, count + 1);
      }
      put(source, (int) offset, count);
      if (ends) {
        throw new ProcessEnded();
      }
      if (fails) {
        throw new IOException("Input/output error");
      }
      return count;
    }

    private void put(ByteBuffer source, int offset, int count) {
      int end = offset + count;
      if (end > inode.cache.length) {
        inode.cache = Arrays.copyOf(inode.cache, end);
        inode.isSizeDirty = true;
      }
      source.get(inode.cache, offset, count);
      if (count > 0) {
        inode.dirty.set(offset / SECTOR, (end - 1) / SECTOR + 1);
      }
    }

    @Override
    public void sync() throws IOException {
      checkOpen();
      if (endsNow()) {
        throw new ProcessEnded();
      }
      inode.disk = Arrays.copyOf(inode.disk, inode.cache.length);
      inode.isSizeDirty = false;
      boolean fails = strikes(faults.syncErrors);
      writeBack(inode, fails ? random.nextDouble() : 1);
      inode.dirty.clear();
      if (fails) {
        throw new IOException("Input/output error");
      }
    }

    @Override
    public void close() {
      if (!isClosed) {
        isClosed = true;
        openFiles--;
      }
    }
  }
}
