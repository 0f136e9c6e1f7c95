package io.dosql.engine.simulation;

import java.net.URI;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;

/**
 * A path on a simulated volume. It is named like a file of this machine, below a folder that is not
 * there: see {@link SimulatedFileSystem}.
 */
record SimulatedPath(SimulatedFileSystem fileSystem, Path name) implements Path {

  private SimulatedPath with(Path other) {
    return new SimulatedPath(fileSystem, other);
  }

  private static Path nameOf(Path other) {
    if (other instanceof SimulatedPath path) {
      return path.name;
    }
    throw new ProviderMismatchException();
  }

  /** Its place on the volume: absolute, names separated by slashes. */
  String onVolume() {
    return fileSystem.onVolume(name);
  }

  @Override
  public SimulatedFileSystem getFileSystem() {
    return fileSystem;
  }

  @Override
  public boolean isAbsolute() {
    return name.isAbsolute();
  }

  @Override
  @SuppressWarnings("NullAway") // As the interface has it.
  public Path getRoot() {
    return name.getRoot() == null ? null : with(name.getRoot());
  }

  @Override
  @SuppressWarnings("NullAway")
  public Path getFileName() {
    return name.getFileName() == null ? null : with(name.getFileName());
  }

  @Override
  @SuppressWarnings("NullAway")
  public Path getParent() {
    return name.getParent() == null ? null : with(name.getParent());
  }

  @Override
  public int getNameCount() {
    return name.getNameCount();
  }

  @Override
  public Path getName(int index) {
    return with(name.getName(index));
  }

  @Override
  public Path subpath(int beginIndex, int endIndex) {
    return with(name.subpath(beginIndex, endIndex));
  }

  @Override
  public boolean startsWith(Path other) {
    return other instanceof SimulatedPath path && name.startsWith(path.name);
  }

  @Override
  public boolean endsWith(Path other) {
    return other instanceof SimulatedPath path && name.endsWith(path.name);
  }

  @Override
  public Path normalize() {
    return with(name.normalize());
  }

  @Override
  public Path resolve(Path other) {
    return with(name.resolve(nameOf(other)));
  }

  @Override
  public Path relativize(Path other) {
    return with(name.relativize(nameOf(other)));
  }

  @Override
  public URI toUri() {
    return name.toUri();
  }

  @Override
  public Path toAbsolutePath() {
    return with(name.toAbsolutePath());
  }

  @Override
  public Path toRealPath(LinkOption... options) {
    return with(name.normalize());
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("nobody watches a simulated volume");
  }

  @Override
  public int compareTo(Path other) {
    return name.compareTo(nameOf(other));
  }

  @Override
  public String toString() {
    return name.toString();
  }
}
