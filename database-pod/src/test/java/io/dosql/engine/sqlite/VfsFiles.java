package io.dosql.engine.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The files that {@link SimulatedVfs} shows to SQLite. Called from native code, on the thread that
 * runs SQLite, which must not be unmounted meanwhile.
 */
public interface VfsFiles {

  /**
   * Opens a file; {@link java.nio.file.NoSuchFileException} if it is missing and not to be made.
   */
  OpenFile open(String path, boolean mayCreate) throws IOException;

  /** Deletes; {@link java.nio.file.NoSuchFileException} if there is none. */
  void delete(String path) throws IOException;

  /** Whether there is a file of that name. */
  boolean exists(String path) throws IOException;

  /** Size of an existing file. */
  long size(String path) throws IOException;

  /** SQLite is about to take or give back a lock of the WAL. */
  void beforeLock();

  /** SQLite wants to wait, until another connection has done something. */
  void pause(int micros);

  /** An open file. */
  interface OpenFile {

    /** The same for all that have the same file open. */
    Object identity();

    /** May be short; -1 at the end. */
    int read(ByteBuffer target, long offset) throws IOException;

    /** May be short. Full is a FileSystemException whose reason says so. */
    int write(ByteBuffer source, long offset) throws IOException;

    void truncate(long size) throws IOException;

    void sync() throws IOException;

    long size() throws IOException;

    void close();
  }
}
