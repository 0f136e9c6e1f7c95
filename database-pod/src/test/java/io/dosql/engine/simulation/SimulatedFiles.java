package io.dosql.engine.simulation;

import io.dosql.engine.sqlite.VfsFiles;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Shows a {@link Volume} to native SQLite; each operation is a place where others may get a turn.
 */
final class SimulatedFiles implements VfsFiles {

  private final String mountPoint;
  private final Volume volume;
  private final Scheduler scheduler;

  SimulatedFiles(String mountPoint, Volume volume, Scheduler scheduler) {
    this.mountPoint = mountPoint;
    this.volume = volume;
    this.scheduler = scheduler;
  }

  private String begin(String path) {
    scheduler.pointInNative();
    return path.substring(mountPoint.length());
  }

  @Override
  public OpenFile open(String path, boolean mayCreate) throws IOException {
    return new Opened(volume.open(begin(path), mayCreate, false));
  }

  @Override
  public void delete(String path) throws IOException {
    volume.delete(begin(path));
  }

  @Override
  public boolean exists(String path) throws IOException {
    return volume.exists(begin(path));
  }

  @Override
  public long size(String path) throws IOException {
    return volume.size(path.substring(mountPoint.length()));
  }

  @Override
  public void beforeLock() {
    scheduler.pointInNative();
  }

  @Override
  public void pause(int micros) {
    // As long as the time would let others do something.
    for (int i = 0; i <= micros / 500; i++) {
      scheduler.pause();
    }
  }

  private final class Opened implements OpenFile {
    private final Volume.Handle handle;

    Opened(Volume.Handle handle) {
      this.handle = handle;
    }

    @Override
    public Object identity() {
      return handle.file();
    }

    @Override
    public int read(ByteBuffer target, long offset) throws IOException {
      return handle.read(target, offset);
    }

    @Override
    public int write(ByteBuffer source, long offset) throws IOException {
      scheduler.pointInNative();
      return handle.write(source, offset);
    }

    @Override
    public void truncate(long size) throws IOException {
      scheduler.pointInNative();
      handle.truncate(size);
    }

    @Override
    public void sync() throws IOException {
      scheduler.pointInNative();
      handle.sync();
    }

    @Override
    public long size() throws IOException {
      return handle.size();
    }

    @Override
    public void close() {
      handle.close();
    }
  }
}
