package io.dosql.engine.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes segments: a file of zeros, synced, under a temporary name, then with its header, synced,
 * renamed and the directory synced. The zeros are written, not only reserved, so that a later sync
 * of a batch changes no metadata. The first half can be done ahead of need. Thread safe.
 */
final class SegmentMaker implements Closeable {

  /** The name of a segment that is not one yet; deleted when the log is opened. */
  static final String PREPARED_NAME = "prepared.tmp";

  private static final Logger LOG = LoggerFactory.getLogger(SegmentMaker.class);
  private static final int CHUNK_BYTES = 256 << 10;

  private final LogStorage storage;
  private final int segmentBytes;

  /** Held during I/O: who needs a segment waits for the one that is being prepared. */
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by the lock. */
  private @Nullable LogFile prepared;

  SegmentMaker(LogStorage storage, int segmentBytes) {
    this.storage = storage;
    this.segmentBytes = segmentBytes;
  }

  int segmentBytes() {
    return segmentBytes;
  }

  /**
   * Prepares a segment ahead of need, if none is. A failure is only logged: nobody needs it yet.
   */
  void prepare() {
    lock.lock();
    try {
      if (prepared == null) {
        prepared = makeZeros();
      }
    } catch (IOException e) {
      LOG.warn("Cannot prepare the commit log's next segment of {} bytes", segmentBytes, e);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Makes the segment with this header, durably; open for writing.
   *
   * @throws NoSpaceException if there is no space for it; then nothing was done
   */
  LogFile make(SegmentHeader header) throws IOException {
    lock.lock();
    try {
      LogFile file = prepared == null ? makeZeros() : prepared;
      prepared = null;
      finish(file, header);
      return file;
    } finally {
      lock.unlock();
    }
  }

  private void finish(LogFile file, SegmentHeader header) throws IOException {
    try {
      writeFully(file, PREPARED_NAME, 0, header.encode());
      file.sync();
      storage.rename(PREPARED_NAME, header.segment().fileName());
      storage.syncDirectory();
    } catch (IOException e) {
      closeAfter(e, file);
      throw e;
    }
  }

  private LogFile makeZeros() throws IOException {
    LogFile file;
    try {
      file = storage.create(PREPARED_NAME);
    } catch (IOException e) {
      throw NoSpaceException.orOther(e);
    }
    try {
      writeZeros(file, PREPARED_NAME, 0, segmentBytes);
      file.sync();
      return file;
    } catch (IOException e) {
      closeAfter(e, file);
      deleteAfter(e);
      throw NoSpaceException.orOther(e);
    }
  }

  private void deleteAfter(IOException failure) {
    try {
      storage.delete(PREPARED_NAME);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private static void closeAfter(IOException failure, LogFile file) {
    try {
      file.close();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  static void writeZeros(LogFile file, String name, long from, long to) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocateDirect((int) Math.min(CHUNK_BYTES, to - from));
    for (long offset = from; offset < to; offset += zeros.limit()) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), to - offset));
      writeFully(file, name, offset, zeros);
    }
  }

  /** Writes all of a buffer, however short the single writes are. */
  static void writeFully(LogFile file, String name, long offset, ByteBuffer source)
      throws IOException {
    long at = offset;
    while (source.hasRemaining()) {
      int count = file.write(source, at);
      if (count <= 0) {
        throw new IOException(
            "File %s takes no bytes at offset %d, with %d to write"
                .formatted(name, at, source.remaining()));
      }
      at += count;
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (prepared != null) {
        prepared.close();
        prepared = null;
        storage.delete(PREPARED_NAME);
      }
    } catch (IOException e) {
      // Nothing is lost: the next opening deletes it.
      LOG.warn("Cannot delete {}, which is not needed", PREPARED_NAME, e);
    } finally {
      lock.unlock();
    }
  }
}
