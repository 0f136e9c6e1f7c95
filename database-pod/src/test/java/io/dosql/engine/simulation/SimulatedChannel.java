package io.dosql.engine.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/** An open file, or an open folder, which can only be synced. */
final class SimulatedChannel extends FileChannel {

  @FunctionalInterface
  private interface Sync {
    void run() throws IOException;
  }

  private final Volume.@Nullable Handle handle;
  private final Sync sync;
  private final Runnable beforeOperation;
  private long position;

  private SimulatedChannel(Volume.@Nullable Handle handle, Sync sync, Runnable beforeOperation) {
    this.handle = handle;
    this.sync = sync;
    this.beforeOperation = beforeOperation;
  }

  static SimulatedChannel ofFile(Volume.Handle handle, Runnable beforeOperation) {
    return new SimulatedChannel(handle, handle::sync, beforeOperation);
  }

  static SimulatedChannel ofFolder(Volume volume, String path, Runnable beforeOperation) {
    return new SimulatedChannel(null, () -> volume.syncFolder(path), beforeOperation);
  }

  private Volume.Handle operate() throws IOException {
    beforeOperation.run();
    if (handle == null) {
      throw new IOException("Is a directory");
    }
    return handle;
  }

  @Override
  public int read(ByteBuffer target, long from) throws IOException {
    return operate().read(target, from);
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    int count = read(target, position);
    position += Math.max(0, count);
    return count;
  }

  @Override
  public int write(ByteBuffer source, long to) throws IOException {
    return operate().write(source, to);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int count = write(source, position);
    position += count;
    return count;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public FileChannel position(long newPosition) {
    position = newPosition;
    return this;
  }

  @Override
  public long size() throws IOException {
    return operate().size();
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    operate().truncate(size);
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    beforeOperation.run();
    sync.run();
  }

  @Override
  protected void implCloseChannel() {
    if (handle != null) {
      handle.close();
    }
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferTo(long from, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long to, long count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long from, long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock lock(long from, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }

  @Override
  public @Nullable FileLock tryLock(long from, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }
}
