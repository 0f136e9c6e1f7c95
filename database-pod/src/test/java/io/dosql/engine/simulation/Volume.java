package io.dosql.engine.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A volume with a page cache. What was written is seen at once, and is on disk after a sync; a
 * power loss keeps any subset of the unsynced sectors, sizes and names. Any operation may be the
 * last of the process, done in part; it may fail, be short, or find no space.
 *
 * <p>Every operation goes into a running hash, so that two runs can be compared. Used by one thread
 * at a time; whoever holds the simulation's turn.
 */
final class Volume {

  /** The process is no more: everything it still tries fails with this. */
  static final class ProcessEnded extends IOException {
    private static final long serialVersionUID = 1L;

    ProcessEnded() {
      super("the process has ended");
    }
  }

  /** {@code -Ddosql.simulation.show=TEXT} prints what happens to files with this in their names. */
  private static final @Nullable String SHOWN = System.getProperty("dosql.simulation.show");

  static final String FULL = "No space left on device";

  private final Random random;
  private final SimulatedFolder root;
  private Faults faults = Faults.none();
  private boolean hasEnded;
  private boolean hasFailed;
  private long capacityBytes = Long.MAX_VALUE;
  private int openFiles;
  private long operations;
  private long trace = 0xcbf29ce484222325L;

  /** For sabotage: syncs that do nothing, and deletions. */
  private BiPredicate<String, Faults.Target> ignoredSyncs = (path, target) -> false;

  private BiPredicate<String, Faults.Target> ignoredDeletions = (path, target) -> false;
  private BiPredicate<String, Faults.Target> hiddenFailures = (path, target) -> false;

  /** A volume with an empty folder {@code data}, where the pod's volume is mounted. */
  Volume(Random random) {
    this(random, new SimulatedFolder());
    root.add("data", new SimulatedFolder());
    root.sync();
  }

  private Volume(Random random, SimulatedFolder root) {
    this.random = random;
    this.root = root;
  }

  // ---- What the simulation does to it

  void setFaults(Faults faults) {
    this.faults = faults;
  }

  void ignoreSyncs(BiPredicate<String, Faults.Target> ignored) {
    ignoredSyncs = ignored;
  }

  void ignoreDeletions(BiPredicate<String, Faults.Target> ignored) {
    ignoredDeletions = ignored;
  }

  /** Syncs that fail without telling. */
  void hideFailures(BiPredicate<String, Faults.Target> hidden) {
    hiddenFailures = hidden;
  }

  /** The process ends now. */
  void end() {
    hasEnded = true;
  }

  boolean hasEnded() {
    return hasEnded;
  }

  /** Whether an operation has failed since the process started. */
  boolean hasFailed() {
    return hasFailed;
  }

  int openFiles() {
    return openFiles;
  }

  /** Operations so far; those that can be a process's last. */
  long operations() {
    return operations;
  }

  /** A hash over all that happened. */
  long trace() {
    return trace;
  }

  /** Adds something that happened elsewhere. */
  void note(long value) {
    trace = (trace ^ value) * 0x100000001b3L;
    trace ^= trace >>> 29;
  }

  /** Leaves so much space, from now on. */
  void leaveSpace(long freeBytes) {
    capacityBytes = freeBytes == Long.MAX_VALUE ? freeBytes : usedBytes() + freeBytes;
  }

  long capacityBytes() {
    return capacityBytes;
  }

  long freeBytes() {
    return capacityBytes == Long.MAX_VALUE
        ? Long.MAX_VALUE
        : Math.max(0, capacityBytes - usedBytes());
  }

  /** The process is gone; the kernel with its cache lives on. */
  void restartAfterKill() {
    show("-- a new process");
    note(1);
    hasEnded = false;
    hasFailed = false;
    openFiles = 0;
    faults = Faults.none();
  }

  /** The cache is gone, too. */
  void restartAfterPowerLoss() {
    restartAfterPowerLoss(new double[] {0, 0.1, 0.5, 0.9, 1}[random.nextInt(5)]);
  }

  /**
   * As {@link #restartAfterPowerLoss()}.
   *
   * @param kept how likely each unsynced change is on the disk
   */
  void restartAfterPowerLoss(double kept) {
    show("-- power loss");
    Set<SimulatedNode> seen = new HashSet<>();
    losePower(root, kept, seen);
    restartAfterKill();
  }

  private void show(String what) {
    if (SHOWN != null) {
      System.out.println(what);
    }
  }

  private void losePower(SimulatedNode node, double kept, Set<SimulatedNode> seen) {
    if (!seen.add(node)) {
      return;
    }
    switch (node) {
      case SimulatedFile file -> file.losePower(random, kept);
      case SimulatedFolder folder -> {
        // In this order, so that a replay meets the same files in the same order.
        List<SimulatedNode> children = new ArrayList<>(folder.names().values());
        children.addAll(folder.durable().values());
        folder.losePower(random, kept);
        children.forEach(child -> losePower(child, kept, seen));
      }
    }
  }

  /** Changes one bit of a file. */
  void rot(String path, long offset, int bit) throws IOException {
    file(path).rot(offset, bit);
  }

  byte[] content(String path) throws IOException {
    return file(path).content();
  }

  /** The same files, all synced, on a volume without faults. */
  Volume copy(Random otherRandom) {
    return new Volume(otherRandom, copy(root));
  }

  private static SimulatedFolder copy(SimulatedFolder folder) {
    SimulatedFolder copy = new SimulatedFolder();
    folder
        .names()
        .forEach(
            (name, node) ->
                copy.add(
                    name,
                    switch (node) {
                      case SimulatedFile file -> file.copy();
                      case SimulatedFolder child -> copy(child);
                    }));
    copy.sync();
    return copy;
  }

  // ---- Names

  private @Nullable SimulatedNode find(String path) {
    SimulatedNode node = root;
    for (String name : path.split("/", -1)) {
      if (!name.isEmpty()) {
        node = node instanceof SimulatedFolder folder ? folder.names().get(name) : null;
      }
    }
    return node;
  }

  private SimulatedNode existing(String path) throws NoSuchFileException {
    SimulatedNode node = find(path);
    if (node == null) {
      throw new NoSuchFileException(path);
    }
    return node;
  }

  private SimulatedFile file(String path) throws IOException {
    if (existing(path) instanceof SimulatedFile file) {
      return file;
    }
    throw new FileSystemException(path, null, "Is a directory");
  }

  private SimulatedFolder folder(String path) throws IOException {
    if (existing(path) instanceof SimulatedFolder folder) {
      return folder;
    }
    throw new NotDirectoryException(path);
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private long usedBytes() {
    return usedBytes(root);
  }

  private static long usedBytes(SimulatedNode node) {
    return switch (node) {
      case SimulatedFile file -> file.allocatedBytes();
      case SimulatedFolder folder ->
          folder.names().values().stream().mapToLong(Volume::usedBytes).sum();
    };
  }

  // ---- Operations

  private void checkRunning() throws ProcessEnded {
    if (hasEnded) {
      throw new ProcessEnded();
    }
  }

  /**
   * Begins an operation that changes something; the process may end within it: see {@link
   * #endIfDue}.
   */
  private void change(String operation, String path, long detail) throws ProcessEnded {
    checkRunning();
    operations++;
    if (SHOWN != null && path.contains(SHOWN)) {
      System.out.printf("%d %s %s %d%n", operations, operation, path, detail);
    }
    note(operation.hashCode());
    note(path.hashCode());
    note(detail);
    if (faults.operationsLeft > 0) {
      faults.operationsLeft--;
    }
  }

  private void endIfDue() throws ProcessEnded {
    if (faults.operationsLeft == 0) {
      hasEnded = true;
    }
    checkRunning();
  }

  private boolean strikes(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  private IOException broken(String path) {
    hasFailed = true;
    if (faults.failsOnce) {
      faults = Faults.none();
    }
    return new FileSystemException(path, null, "Input/output error");
  }

  boolean exists(String path) throws IOException {
    checkRunning();
    return find(path) != null;
  }

  boolean isFolder(String path) throws IOException {
    checkRunning();
    return existing(path) instanceof SimulatedFolder;
  }

  long size(String path) throws IOException {
    checkRunning();
    return existing(path) instanceof SimulatedFile file ? file.size() : 0;
  }

  List<String> list(String path) throws IOException {
    checkRunning();
    if (strikes(faults.read(Faults.Target.of(path, true)))) {
      throw broken(path);
    }
    return List.copyOf(folder(path).names().keySet());
  }

  void makeFolder(String path) throws IOException {
    change("mkdir", path, 0);
    SimulatedFolder parent = folder(parent(path));
    if (parent.names().containsKey(name(path))) {
      throw new FileAlreadyExistsException(path);
    }
    failNameChange(path, true);
    parent.add(name(path), new SimulatedFolder());
    endIfDue();
  }

  private void failNameChange(String path, boolean isFolder) throws IOException {
    if (strikes(faults.nameChange(Faults.Target.of(path, isFolder)))) {
      throw broken(path);
    }
  }

  void delete(String path) throws IOException {
    change("delete", path, 0);
    SimulatedNode node = existing(path);
    if (node instanceof SimulatedFolder folder && !folder.names().isEmpty()) {
      throw new DirectoryNotEmptyException(path);
    }
    failNameChange(path, node instanceof SimulatedFolder);
    if (ignoredDeletions.test(path, Faults.Target.of(path, false))) {
      return;
    }
    folder(parent(path)).remove(name(path));
    endIfDue();
  }

  /** Within one folder. */
  void rename(String from, String to, boolean replace) throws IOException {
    change("rename", to, from.hashCode());
    if (!parent(from).equals(parent(to))) {
      throw new UnsupportedOperationException("a move between folders: " + from + ", " + to);
    }
    existing(from);
    SimulatedFolder folder = folder(parent(from));
    if (!replace && folder.names().containsKey(name(to))) {
      throw new FileAlreadyExistsException(to);
    }
    failNameChange(to, false);
    folder.rename(name(from), name(to));
    endIfDue();
  }

  void syncFolder(String path) throws IOException {
    change("syncFolder", path, 0);
    SimulatedFolder folder = folder(path);
    endIfDue();
    Faults.Target target = Faults.Target.of(path, true);
    if (strikes(faults.sync(target))) {
      throw broken(path);
    }
    if (!ignoredSyncs.test(path, target)) {
      folder.sync();
    }
  }

  /** An open file; the process ends with it open, or closes it. */
  final class Handle {

    private final String path;
    private final Faults.Target target;
    private final SimulatedFile file;
    private boolean isClosed;

    private Handle(String path, SimulatedFile file) {
      this.path = path;
      this.target = Faults.Target.of(path, false);
      this.file = file;
      openFiles++;
    }

    SimulatedFile file() {
      return file;
    }

    private void checkOpen() throws IOException {
      if (isClosed) {
        throw new java.nio.channels.ClosedChannelException();
      }
    }

    long size() throws IOException {
      checkRunning();
      checkOpen();
      return file.size();
    }

    /** May be short; -1 at the end of the file. */
    int read(ByteBuffer buffer, long offset) throws IOException {
      checkRunning();
      checkOpen();
      if (strikes(faults.read(target))) {
        throw broken(path);
      }
      if (offset >= file.size()) {
        return -1;
      }
      int count = (int) Math.min(buffer.remaining(), file.size() - offset);
      if (count > 1 && strikes(faults.shortReads)) {
        count = 1 + random.nextInt(count);
      }
      return file.read(buffer, offset, count);
    }

    /** May be short. */
    int write(ByteBuffer buffer, long offset) throws IOException {
      checkOpen();
      change("write", path, offset * 31 + buffer.remaining());
      int count = buffer.remaining();
      boolean ends = faults.operationsLeft == 0;
      boolean fails = strikes(faults.write(target));
      if (ends || fails || strikes(faults.shortWrites)) {
        count = random.nextInt(ends || fails || count == 0 ? 0 : 1, count + 1);
      }
      boolean isFull = capacityBytes != Long.MAX_VALUE && count > fitting(offset, count);
      if (isFull) {
        count = fitting(offset, count);
      }
      noteContent(buffer, count);
      file.write(buffer, offset, count);
      endIfDue();
      if (fails) {
        throw broken(path);
      }
      if (isFull && count == 0) {
        throw new FileSystemException(path, null, FULL);
      }
      if (strikes(faults.writeBacks)) {
        file.writeBack(random);
      }
      return count;
    }

    private void noteContent(ByteBuffer buffer, int count) {
      CRC32C checksum = new CRC32C();
      checksum.update(buffer.slice(buffer.position(), count));
      note(checksum.getValue());
    }

    private int fitting(long offset, int count) {
      long free = freeBytes();
      int fits = count;
      while (fits > 0 && file.newBytes(offset, fits) > free) {
        fits = Math.max(0, fits - SimulatedFile.PAGE);
      }
      return fits;
    }

    void truncate(long size) throws IOException {
      checkOpen();
      change("truncate", path, size);
      if (strikes(faults.write(target))) {
        throw broken(path);
      }
      file.truncate(size);
      endIfDue();
    }

    void sync() throws IOException {
      checkOpen();
      change("sync", path, 0);
      endIfDue();
      if (strikes(faults.sync(target))) {
        file.failSync(random);
        if (hiddenFailures.test(path, target)) {
          return;
        }
        throw broken(path);
      }
      if (!ignoredSyncs.test(path, target)) {
        file.sync();
      }
    }

    void close() {
      if (!isClosed) {
        isClosed = true;
        openFiles--;
      }
    }
  }

  /**
   * Opens a file.
   *
   * @param mayCreate makes it when it is not there
   * @param mustCreate fails when it is there
   */
  Handle open(String path, boolean mayCreate, boolean mustCreate) throws IOException {
    checkRunning();
    SimulatedNode node = find(path);
    if (node == null && !mayCreate) {
      throw new NoSuchFileException(path);
    }
    if (node != null && mustCreate) {
      throw new FileAlreadyExistsException(path);
    }
    if (node != null) {
      return new Handle(path, file(path));
    }
    change("create", path, 0);
    SimulatedFolder parent = folder(parent(path));
    failNameChange(path, false);
    if (freeBytes() == 0) {
      throw new FileSystemException(path, null, FULL);
    }
    SimulatedFile file = new SimulatedFile();
    parent.add(name(path), file);
    endIfDue();
    return new Handle(path, file);
  }
}
