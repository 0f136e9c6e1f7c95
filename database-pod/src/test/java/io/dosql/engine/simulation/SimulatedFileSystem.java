package io.dosql.engine.simulation;

import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.List;
import java.util.Set;

/**
 * Shows a {@link Volume} to Java as a file system. Its paths begin with a prefix of its own, so
 * that SQLite, which gets them as text, finds the same files: see {@link SimulatedFiles}.
 */
final class SimulatedFileSystem extends FileSystem {

  private final Path mountPoint;
  private final SimulatedProvider provider;

  /**
   * Mounts a volume.
   *
   * @param beforeOperation called, outside of native code, before each operation
   */
  SimulatedFileSystem(Path mountPoint, Volume volume, Runnable beforeOperation) {
    this.mountPoint = mountPoint;
    this.provider = new SimulatedProvider(this, volume, beforeOperation);
  }

  Path root() {
    return new SimulatedPath(this, mountPoint);
  }

  String onVolume(Path name) {
    String relative = mountPoint.relativize(name.toAbsolutePath().normalize()).toString();
    return relative.isEmpty() ? "" : "/" + relative;
  }

  @Override
  public SimulatedProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(root());
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of(provider.getFileStore(root()));
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  @Override
  public Path getPath(String first, String... more) {
    return new SimulatedPath(this, Path.of(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher(syntaxAndPattern);
    return path -> matcher.matches(Path.of(path.toString()));
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }
}
