package io.dosql.engine.simulation;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the engine uses of {@link java.nio.file.Files}, on a {@link Volume}; nothing else. */
final class SimulatedProvider extends FileSystemProvider {

  private final SimulatedFileSystem fileSystem;
  private final Volume volume;
  private final Runnable beforeOperation;

  SimulatedProvider(SimulatedFileSystem fileSystem, Volume volume, Runnable beforeOperation) {
    this.fileSystem = fileSystem;
    this.volume = volume;
    this.beforeOperation = beforeOperation;
  }

  private String begin(Path path) {
    beforeOperation.run();
    return ((SimulatedPath) path).onVolume();
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    String name = begin(path);
    if (volume.exists(name) && volume.isFolder(name)) {
      return SimulatedChannel.ofFolder(volume, name, beforeOperation);
    }
    boolean mustCreate = options.contains(StandardOpenOption.CREATE_NEW);
    boolean mayCreate = mustCreate || options.contains(StandardOpenOption.CREATE);
    Volume.Handle handle = volume.open(name, mayCreate, mustCreate);
    if (options.contains(StandardOpenOption.TRUNCATE_EXISTING) && handle.size() > 0) {
      handle.truncate(0);
    }
    return SimulatedChannel.ofFile(handle, beforeOperation);
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
    List<Path> children = volume.list(begin(folder)).stream().map(folder::resolve).toList();
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return children.iterator();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    volume.makeFolder(begin(folder));
  }

  @Override
  public void delete(Path path) throws IOException {
    volume.delete(begin(path));
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    volume.rename(
        begin(source),
        ((SimulatedPath) target).onVolume(),
        List.of(options).contains(StandardCopyOption.REPLACE_EXISTING)
            || List.of(options).contains(StandardCopyOption.ATOMIC_MOVE));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    String name = begin(path);
    if (!volume.exists(name)) {
      throw new NoSuchFileException(name);
    }
  }

  @Override
  @SuppressWarnings("unchecked")
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    if (type != BasicFileAttributes.class) {
      throw new UnsupportedOperationException(type.getName());
    }
    String name = begin(path);
    return (A) new SimulatedAttributes(volume.isFolder(name), volume.size(name));
  }

  @Override
  public FileStore getFileStore(Path path) {
    return new SimulatedStore(volume);
  }

  @Override
  public String getScheme() {
    return "simulation";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return fileSystem;
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isSameFile(Path one, Path other) {
    return one.equals(other);
  }

  @Override
  public boolean isHidden(Path path) {
    return false;
  }

  @Override
  @SuppressWarnings("NullAway") // As the interface has it: there is no such view.
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return null;
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
    throw new UnsupportedOperationException();
  }
}
