package io.dosql.engine.archive.store;

import static io.dosql.engine.error.ErrorCode.STORAGE_NOT_FOUND;

import io.dosql.engine.error.DosqlException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Objects as files below a folder, under their keys.
 *
 * <p>An object is written to a temporary file in {@code .tmp}, fsynced, and then linked under its
 * name, which fails when that is taken: the file system picks the one winner. Only then does the
 * name exist. The folders above it are fsynced. Temporary files of a crash are removed by whoever
 * writes an hour later. Any number of stores may be open on a folder. The file system must have
 * hard links. No key may be a folder of another key.
 *
 * <p>Keeps no metadata, except that {@link ObjectMetadata#LITESTREAM_TIMESTAMP} becomes the file's
 * time, which is where Litestream looks for it.
 */
public final class DirectoryObjectStore implements ObjectStore {

  /** Who writes a file touches it all the time; if not, only that write fails. */
  private static final Duration LEFTOVER_AFTER = Duration.ofHours(1);

  private final Path root;
  private final DirectoryWriter writer;
  private final DirectoryErrors errors;

  /** Touches nothing yet: a folder that is missing or forbidden is told by the calls. */
  public DirectoryObjectStore(Path root) {
    this(root, LEFTOVER_AFTER);
  }

  /** {@code leftoverAfter}: a temporary file that nobody has touched for so long goes. */
  DirectoryObjectStore(Path root, Duration leftoverAfter) {
    this.root = root.toAbsolutePath().normalize();
    this.writer = new DirectoryWriter(this.root, leftoverAfter);
    this.errors = new DirectoryErrors(this.root);
  }

  @Override
  public PutResult putIfAbsent(String key, ObjectContent content, Map<String, String> metadata) {
    Path target = file(key);
    try {
      checkRoot();
      return writer.create(target, content, fileTime(metadata));
    } catch (IOException e) {
      throw failure("write", key, e);
    }
  }

  @Override
  public InputStream get(String key, long offset) {
    Path file = file(key);
    if (offset < 0) {
      throw new IllegalArgumentException("negative offset in " + key);
    }
    try {
      checkRoot();
      if (!Files.isRegularFile(file)) {
        throw new NoSuchFileException(file.toString());
      }
      SeekableByteChannel channel = Files.newByteChannel(file);
      return Channels.newInputStream(channel.position(offset));
    } catch (NoSuchFileException e) {
      throw notFound(key, e);
    } catch (IOException e) {
      throw failure("read", key, e);
    }
  }

  @Override
  public Optional<ObjectInfo> head(String key) {
    Path file = file(key);
    try {
      checkRoot();
      return info(key, file);
    } catch (IOException e) {
      throw failure("look at", key, e);
    }
  }

  @Override
  public Iterator<ObjectInfo> list(String prefix, @Nullable String startAfter) {
    try {
      checkRoot();
      return new DirectoryListing(
              root, prefix, startAfter == null ? "" : startAfter, e -> failure("list", prefix, e))
          .keys()
          .map(this::infoIfPresent)
          .flatMap(Optional::stream)
          .iterator();
    } catch (NoSuchFileException e) {
      throw failure("list", prefix, e);
    }
  }

  @Override
  public List<String> folders(String folder) {
    Path path = root.resolve(ObjectKeys.checkFolder(folder)).normalize();
    try {
      checkRoot();
      return childFolders(path);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw failure("list", folder, e);
    }
  }

  @Override
  public void delete(Collection<String> keys) {
    TreeSet<Path> parents = new TreeSet<>();
    for (String key : keys) {
      Path file = file(key);
      try {
        checkRoot();
        if (Files.isRegularFile(file) && Files.deleteIfExists(file)) {
          parents.add(DirectoryWriter.parent(file));
        }
      } catch (IOException e) {
        throw failure("delete", key, e);
      }
    }
    for (Path parent : parents) {
      try {
        removeEmptyFolders(parent);
      } catch (IOException e) {
        throw failure("delete in", root.relativize(parent).toString(), e);
      }
    }
  }

  @Override
  public ProbeResult probe(String key) {
    ObjectKeys.check(key);
    try {
      checkRoot();
      childFolders(root);
      writer.tryToWrite();
      return new ProbeResult.Usable();
    } catch (IOException e) {
      return ProbeResult.of(failure("write to the backup folder", "", e));
    }
  }

  @Override
  public void close() {
    // Nothing stays open between two calls.
  }

  private Path file(String key) {
    return root.resolve(ObjectKeys.check(key));
  }

  private void checkRoot() throws NoSuchFileException {
    if (!Files.isDirectory(root)) {
      throw new DirectoryErrors.RootMissingException(root);
    }
  }

  private Optional<ObjectInfo> infoIfPresent(String key) {
    try {
      return info(key, root.resolve(key));
    } catch (IOException e) {
      throw failure("look at", key, e);
    }
  }

  private static Optional<ObjectInfo> info(String key, Path file) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      return attributes.isRegularFile()
          ? Optional.of(
              new ObjectInfo(
                  key, attributes.size(), attributes.lastModifiedTime().toInstant(), Map.of()))
          : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static List<String> childFolders(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children
          .filter(Files::isDirectory)
          .map(child -> String.valueOf(child.getFileName()))
          .filter(name -> !name.equals(DirectoryWriter.TEMPORARY_FOLDER))
          .sorted()
          .toList();
    }
  }

  /** A folder that another call is just filling is not empty, or is made again by that call. */
  private void removeEmptyFolders(Path folder) throws IOException {
    Path current = folder;
    while (!current.equals(root) && deleteIfEmpty(current)) {
      current = DirectoryWriter.parent(current);
    }
    DirectoryWriter.fsyncFolder(current);
  }

  private static boolean deleteIfEmpty(Path folder) throws IOException {
    try {
      Files.deleteIfExists(folder);
      return true;
    } catch (DirectoryNotEmptyException e) {
      return false;
    }
  }

  private static @Nullable FileTime fileTime(Map<String, String> metadata) {
    String timestamp = metadata.get(ObjectMetadata.LITESTREAM_TIMESTAMP);
    try {
      return timestamp == null ? null : FileTime.from(Instant.parse(timestamp));
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("not a time in RFC 3339: " + timestamp, e);
    }
  }

  private static DosqlException notFound(String key, IOException cause) {
    return new DosqlException(STORAGE_NOT_FOUND, "There is no object " + key + ".", cause);
  }

  private DosqlException failure(String action, String key, IOException cause) {
    return errors.translate(action, key, cause);
  }
}
