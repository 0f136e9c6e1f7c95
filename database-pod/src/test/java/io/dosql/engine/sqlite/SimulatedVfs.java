package io.dosql.engine.sqlite;

import static io.dosql.engine.sqlite.Native.MEMORY;
import static io.dosql.engine.sqlite.Native.POINTER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A VFS of SQLite whose files are Java's: the process's default one, which passes on to the one
 * before whatever does not lie below the prefix that is mounted. So native SQLite runs, unchanged,
 * on a simulated disk.
 *
 * <p>Registered once and for the process's life; one mount at a time. What runs on the mounted
 * files must be one thread at a time.
 */
// The entry points are found by name and called by C, which gives more than is needed.
@SuppressWarnings({"UnusedMethod", "UnusedVariable"})
public final class SimulatedVfs {

  private static final int OK = 0;
  private static final int BUSY = 5;
  private static final int IO_ERROR = 10;
  private static final int NOT_FOUND = 12;
  private static final int FULL = 13;
  private static final int CANNOT_OPEN = 14;
  private static final int IO_READ = IO_ERROR | 1 << 8;
  private static final int IO_SHORT_READ = IO_ERROR | 2 << 8;
  private static final int IO_WRITE = IO_ERROR | 3 << 8;
  private static final int IO_SYNC = IO_ERROR | 4 << 8;
  private static final int IO_TRUNCATE = IO_ERROR | 6 << 8;
  private static final int IO_SIZE = IO_ERROR | 7 << 8;
  private static final int IO_DELETE = IO_ERROR | 10 << 8;
  private static final int IO_ACCESS = IO_ERROR | 13 << 8;
  private static final int IO_DELETE_NO_ENTRY = IO_ERROR | 23 << 8;

  private static final int OPEN_CREATE = 0x4;
  private static final int SECTOR_BYTES = 4096;

  /** As the VFS for Unix: a write never harms the bytes beside it. */
  private static final int POWERSAFE_OVERWRITE = 0x1000;

  // struct sqlite3_vfs

  private static final long VFS_BYTES = 168;
  private static final long VFS_FILE_BYTES = 4;
  private static final long VFS_NEXT = 16;
  private static final long VFS_NAME = 24;
  private static final long VFS_OPEN = 40;
  private static final long VFS_DELETE = 48;
  private static final long VFS_ACCESS = 56;
  private static final long VFS_FULL_PATH = 64;
  private static final long VFS_SLEEP = 112;

  private static final int TEST_CONTROL_PRNG_SEED = 28;

  private record Mount(String prefix, VfsFiles files) {}

  private record Open(VfsFiles.OpenFile file, VfsLocks locks, VfsLocks.Holder holder) {}

  private static final Map<Long, Open> OPEN_FILES = new HashMap<>();
  private static final IdentityHashMap<Object, VfsLocks> LOCKS = new IdentityHashMap<>();
  private static long lastId;
  private static @Nullable Mount mount;
  private static long previous;
  private static long methods;

  private SimulatedVfs() {}

  /** Shows files to SQLite: those whose names begin with the prefix. */
  public static synchronized void mount(String prefix, VfsFiles files) {
    if (previous == 0) {
      register();
    }
    OPEN_FILES.clear();
    LOCKS.clear();
    mount = new Mount(prefix, files);
  }

  /** Ends what {@link #mount} began. */
  public static synchronized void unmount() {
    mount = null;
  }

  /** How many of the mounted files SQLite has open. */
  public static int openFiles() {
    return OPEN_FILES.size();
  }

  /** Makes SQLite's random numbers, process-wide, follow from a seed; 0: random again. */
  public static void seedRandomness(int seed) {
    try {
      int code = (int) Calls.TEST_CONTROL.invokeExact(TEST_CONTROL_PRNG_SEED, seed, 0L);
      if (code != OK) {
        throw new IllegalStateException("sqlite3_test_control: " + code);
      }
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  // ---- Registration

  /** Linked when they are first needed, with the library. */
  private static final class Calls {
    static final MethodHandle TEST_CONTROL =
        Native.link(
            "sqlite3_test_control",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, POINTER),
            Linker.Option.firstVariadicArg(1));
    static final MethodHandle FIND =
        Native.link("sqlite3_vfs_find", FunctionDescriptor.of(POINTER, POINTER));
    static final MethodHandle REGISTER =
        Native.link("sqlite3_vfs_register", FunctionDescriptor.of(JAVA_INT, POINTER, JAVA_INT));
    static final MethodHandle OPEN = function(POINTER, POINTER, POINTER, JAVA_INT, POINTER);
    static final MethodHandle DELETE = function(POINTER, POINTER, JAVA_INT);
    static final MethodHandle ACCESS = function(POINTER, POINTER, JAVA_INT, POINTER);
    static final MethodHandle FULL_PATH = function(POINTER, POINTER, JAVA_INT, POINTER);
    static final MethodHandle SLEEP = function(POINTER, JAVA_INT);

    /** A function of the previous VFS; its address is the first argument. */
    @SuppressWarnings("restricted")
    private static MethodHandle function(MemoryLayout... arguments) {
      return Linker.nativeLinker().downcallHandle(FunctionDescriptor.of(JAVA_INT, arguments));
    }
  }

  private static void register() {
    try {
      SqliteLibrary.get();
      previous = (long) Calls.FIND.invokeExact(0L);
      MemorySegment vfs = Arena.global().allocate(VFS_BYTES, 8);
      vfs.copyFrom(MEMORY.asSlice(previous, VFS_BYTES));
      vfs.set(JAVA_INT, VFS_FILE_BYTES, Math.max(16, vfs.get(JAVA_INT, VFS_FILE_BYTES)));
      vfs.set(JAVA_LONG, VFS_NEXT, 0);
      vfs.set(JAVA_LONG, VFS_NAME, Arena.global().allocateFrom("simulation").address());
      vfs.set(JAVA_LONG, VFS_OPEN, stub("vfsOpen", "lllil"));
      vfs.set(JAVA_LONG, VFS_DELETE, stub("vfsDelete", "lli"));
      vfs.set(JAVA_LONG, VFS_ACCESS, stub("vfsAccess", "llil"));
      vfs.set(JAVA_LONG, VFS_FULL_PATH, stub("vfsFullPath", "llil"));
      vfs.set(JAVA_LONG, VFS_SLEEP, stub("vfsSleep", "li"));
      methods = fileMethods();
      int code = (int) Calls.REGISTER.invokeExact(vfs.address(), 1);
      if (code != OK) {
        throw new IllegalStateException("sqlite3_vfs_register: " + code);
      }
    } catch (Throwable e) {
      throw Native.unexpected(e);
    }
  }

  /** A struct sqlite3_io_methods, version 2: with shared memory, without mapped files. */
  private static long fileMethods() {
    long[] functions = {
      stub("fileClose", "l"),
      stub("fileRead", "llil"),
      stub("fileWrite", "llil"),
      stub("fileTruncate", "ll"),
      stub("fileSync", "li"),
      stub("fileSize", "ll"),
      stub("fileLock", "li"),
      stub("fileUnlock", "li"),
      stub("fileCheckReserved", "ll"),
      stub("fileControl", "lil"),
      stub("fileSectorSize", "l"),
      stub("fileCharacteristics", "l"),
      stub("shmMap", "liiil"),
      stub("shmLock", "liii"),
      stub("shmBarrier", "l"),
      stub("shmUnmap", "li"),
    };
    MemorySegment table = Arena.global().allocate(8 + 8L * functions.length, 8);
    table.set(JAVA_INT, 0, 2);
    for (int i = 0; i < functions.length; i++) {
      table.set(JAVA_LONG, 8 + 8L * i, functions[i]);
    }
    return table.address();
  }

  /** A function for C; parameters: l for pointers and 64-bit integers, i for int. */
  @SuppressWarnings("restricted")
  private static long stub(String method, String parameters) {
    boolean returnsNothing = method.equals("shmBarrier");
    Class<?>[] types =
        parameters.chars().mapToObj(c -> c == 'l' ? long.class : int.class).toArray(Class[]::new);
    MemoryLayout[] layouts =
        parameters
            .chars()
            .mapToObj(c -> c == 'l' ? (MemoryLayout) POINTER : JAVA_INT)
            .toArray(MemoryLayout[]::new);
    try {
      MethodHandle target =
          MethodHandles.lookup()
              .findStatic(
                  SimulatedVfs.class,
                  method,
                  MethodType.methodType(returnsNothing ? void.class : int.class, types));
      return Linker.nativeLinker()
          .upcallStub(
              target,
              returnsNothing
                  ? FunctionDescriptor.ofVoid(layouts)
                  : FunctionDescriptor.of(JAVA_INT, layouts),
              Arena.global())
          .address();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- Called from native code. Nothing may be thrown out of here.

  private static @Nullable Mount mountOf(long name) {
    Mount current = mount;
    return current != null && name != 0 && Native.string(name).startsWith(current.prefix())
        ? current
        : null;
  }

  private static MemorySegment previousFunction(long offset) {
    return MemorySegment.ofAddress(MEMORY.get(JAVA_LONG, previous + offset));
  }

  private static int failure(Throwable e, int code) {
    if (e instanceof FileSystemException full
        && "No space left on device".equals(full.getReason())) {
      return FULL;
    }
    if (!(e instanceof IOException)) {
      e.printStackTrace();
    }
    return code;
  }

  private static int vfsOpen(long vfs, long name, long file, int flags, long flagsOut) {
    try {
      Mount mounted = mountOf(name);
      if (mounted == null) {
        return (int)
            Calls.OPEN.invokeExact(
                previousFunction(VFS_OPEN), previous, name, file, flags, flagsOut);
      }
      MEMORY.set(JAVA_LONG, file, 0);
      VfsFiles.OpenFile opened =
          mounted.files().open(Native.string(name), (flags & OPEN_CREATE) != 0);
      VfsLocks locks = LOCKS.computeIfAbsent(opened.identity(), absent -> new VfsLocks());
      long id = ++lastId;
      OPEN_FILES.put(id, new Open(opened, locks, locks.join()));
      MEMORY.set(JAVA_LONG, file, methods);
      MEMORY.set(JAVA_LONG, file + 8, id);
      if (flagsOut != 0) {
        MEMORY.set(JAVA_INT, flagsOut, flags);
      }
      return OK;
    } catch (Throwable e) {
      return failure(e, CANNOT_OPEN);
    }
  }

  private static int vfsDelete(long vfs, long name, int syncFolder) {
    try {
      Mount mounted = mountOf(name);
      if (mounted == null) {
        return (int)
            Calls.DELETE.invokeExact(previousFunction(VFS_DELETE), previous, name, syncFolder);
      }
      mounted.files().delete(Native.string(name));
      return OK;
    } catch (NoSuchFileException absent) {
      return IO_DELETE_NO_ENTRY;
    } catch (Throwable e) {
      return failure(e, IO_DELETE);
    }
  }

  private static int vfsAccess(long vfs, long name, int flags, long resultOut) {
    try {
      Mount mounted = mountOf(name);
      if (mounted == null) {
        return (int)
            Calls.ACCESS.invokeExact(
                previousFunction(VFS_ACCESS), previous, name, flags, resultOut);
      }
      String path = Native.string(name);
      // Existence: as the VFS for Unix, which passes over empty files.
      boolean isThere =
          mounted.files().exists(path) && (flags != 0 || mounted.files().size(path) > 0);
      MEMORY.set(JAVA_INT, resultOut, isThere ? 1 : 0);
      return OK;
    } catch (Throwable e) {
      return failure(e, IO_ACCESS);
    }
  }

  private static int vfsFullPath(long vfs, long name, int sizeBytes, long target) {
    try {
      if (mountOf(name) == null) {
        return (int)
            Calls.FULL_PATH.invokeExact(
                previousFunction(VFS_FULL_PATH), previous, name, sizeBytes, target);
      }
      byte[] path = Native.string(name).getBytes(StandardCharsets.UTF_8);
      if (path.length >= sizeBytes) {
        return CANNOT_OPEN;
      }
      MEMORY.asSlice(target, path.length).copyFrom(MemorySegment.ofArray(path));
      MEMORY.set(java.lang.foreign.ValueLayout.JAVA_BYTE, target + path.length, (byte) 0);
      return OK;
    } catch (Throwable e) {
      return failure(e, CANNOT_OPEN);
    }
  }

  private static int vfsSleep(long vfs, int micros) {
    try {
      Mount current = mount;
      if (current == null || !Thread.currentThread().isVirtual()) {
        return (int) Calls.SLEEP.invokeExact(previousFunction(VFS_SLEEP), previous, micros);
      }
      current.files().pause(micros);
      return micros;
    } catch (Throwable e) {
      return failure(e, 0);
    }
  }

  private static Open open(long file) {
    Open found = OPEN_FILES.get(MEMORY.get(JAVA_LONG, file + 8));
    if (found == null) {
      throw new IllegalStateException("SQLite uses a file that it has closed");
    }
    return found;
  }

  private static int fileClose(long file) {
    try {
      Open closing = open(file);
      OPEN_FILES.remove(MEMORY.get(JAVA_LONG, file + 8));
      if (closing.locks().leave(closing.holder())) {
        LOCKS.remove(closing.file().identity());
      }
      closing.file().close();
      return OK;
    } catch (Throwable e) {
      return failure(e, IO_ERROR);
    }
  }

  private static ByteBuffer memory(long address, int sizeBytes) {
    return MEMORY.asSlice(address, sizeBytes).asByteBuffer();
  }

  private static int fileRead(long file, long target, int sizeBytes, long offset) {
    try {
      ByteBuffer buffer = memory(target, sizeBytes);
      VfsFiles.OpenFile source = open(file).file();
      while (buffer.hasRemaining()) {
        if (source.read(buffer, offset + buffer.position()) < 0) {
          while (buffer.hasRemaining()) {
            buffer.put((byte) 0);
          }
          return IO_SHORT_READ;
        }
      }
      return OK;
    } catch (Throwable e) {
      return failure(e, IO_READ);
    }
  }

  private static int fileWrite(long file, long source, int sizeBytes, long offset) {
    try {
      ByteBuffer buffer = memory(source, sizeBytes);
      VfsFiles.OpenFile target = open(file).file();
      while (buffer.hasRemaining()) {
        int _ = target.write(buffer, offset + buffer.position());
      }
      return OK;
    } catch (Throwable e) {
      return failure(e, IO_WRITE);
    }
  }

  private static int fileTruncate(long file, long size) {
    try {
      open(file).file().truncate(size);
      return OK;
    } catch (Throwable e) {
      return failure(e, IO_TRUNCATE);
    }
  }

  private static int fileSync(long file, int flags) {
    try {
      open(file).file().sync();
      return OK;
    } catch (Throwable e) {
      return failure(e, IO_SYNC);
    }
  }

  private static int fileSize(long file, long sizeOut) {
    try {
      MEMORY.set(JAVA_LONG, sizeOut, open(file).file().size());
      return OK;
    } catch (Throwable e) {
      return failure(e, IO_SIZE);
    }
  }

  private static int fileLock(long file, int level) {
    try {
      Open self = open(file);
      return self.locks().lock(self.holder(), level) ? OK : BUSY;
    } catch (Throwable e) {
      return failure(e, IO_ERROR);
    }
  }

  private static int fileUnlock(long file, int level) {
    try {
      Open self = open(file);
      self.locks().unlock(self.holder(), level);
      return OK;
    } catch (Throwable e) {
      return failure(e, IO_ERROR);
    }
  }

  private static int fileCheckReserved(long file, long resultOut) {
    try {
      MEMORY.set(JAVA_INT, resultOut, open(file).locks().isReserved() ? 1 : 0);
      return OK;
    } catch (Throwable e) {
      return failure(e, IO_ERROR);
    }
  }

  private static int fileControl(long file, int operation, long argument) {
    return NOT_FOUND;
  }

  private static int fileSectorSize(long file) {
    return SECTOR_BYTES;
  }

  private static int fileCharacteristics(long file) {
    return POWERSAFE_OVERWRITE;
  }

  private static int shmMap(long file, int region, int sizeBytes, int extend, long addressOut) {
    try {
      Open self = open(file);
      MEMORY.set(
          JAVA_LONG, addressOut, self.locks().map(self.holder(), region, sizeBytes, extend != 0));
      return OK;
    } catch (Throwable e) {
      return failure(e, IO_ERROR);
    }
  }

  private static int shmLock(long file, int first, int count, int flags) {
    try {
      Mount current = mount;
      if (current != null) {
        current.files().beforeLock();
      }
      Open self = open(file);
      return self.locks().lockSlots(self.holder(), first, count, flags) ? OK : BUSY;
    } catch (Throwable e) {
      return failure(e, IO_ERROR);
    }
  }

  private static void shmBarrier(long file) {
    VarHandle.fullFence();
  }

  private static int shmUnmap(long file, int delete) {
    try {
      Open self = open(file);
      self.locks().unmap(self.holder());
      return OK;
    } catch (Throwable e) {
      return failure(e, IO_ERROR);
    }
  }
}
