package io.dosql.engine.simulation;

import java.nio.file.FileStore;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;

/** How much space a {@link Volume} has. */
final class SimulatedStore extends FileStore {

  private final Volume volume;

  SimulatedStore(Volume volume) {
    this.volume = volume;
  }

  @Override
  public long getTotalSpace() {
    return volume.capacityBytes();
  }

  @Override
  public long getUsableSpace() {
    return volume.freeBytes();
  }

  @Override
  public long getUnallocatedSpace() {
    return volume.freeBytes();
  }

  @Override
  public String name() {
    return "simulation";
  }

  @Override
  public String type() {
    return "simulation";
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
    return false;
  }

  @Override
  public boolean supportsFileAttributeView(String name) {
    return false;
  }

  @Override
  @SuppressWarnings("NullAway") // As the interface has it: there is no such view.
  public <V extends FileStoreAttributeView> V getFileStoreAttributeView(Class<V> type) {
    return null;
  }

  @Override
  public Object getAttribute(String attribute) {
    throw new UnsupportedOperationException();
  }
}
