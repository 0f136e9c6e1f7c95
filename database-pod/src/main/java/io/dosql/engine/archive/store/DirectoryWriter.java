package io.dosql.engine.archive.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates files so that they are there in full, durably and once, or not at all. */
final class DirectoryWriter {

  private static final Logger LOG = LoggerFactory.getLogger(DirectoryWriter.class);

  /** Begins with a dot so that no tool takes it for part of the archive. */
  static final String TEMPORARY_FOLDER = ".tmp";

  /** A folder can vanish between making it and linking into it, when the last file in it goes. */
  private static final int LINK_ATTEMPTS_MAX = 10;

  private final Path root;
  private final Path temporaryFolder;
  private final Duration leftoverAfter;

  /** By {@link System#nanoTime}. */
  @GuardedBy("this")
  private long lookDue = System.nanoTime();

  /**
   * @param leftoverAfter a temporary file that nobody has touched for so long belongs to nobody; as
   *     often it is looked for such files
   */
  DirectoryWriter(Path root, Duration leftoverAfter) {
    this.root = root;
    this.temporaryFolder = root.resolve(TEMPORARY_FOLDER);
    this.leftoverAfter = leftoverAfter;
  }

  PutResult create(Path target, ObjectContent content, @Nullable FileTime time) throws IOException {
    if (Files.exists(target)) {
      return PutResult.ALREADY_EXISTS;
    }
    Path temporary = newTemporaryFile();
    try {
      write(temporary, content, time);
      return link(target, temporary);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Fails like a real write would. */
  void tryToWrite() throws IOException {
    Path temporary = newTemporaryFile();
    Path linked = temporaryFolder.resolve(temporary.getFileName() + ".linked");
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      channel.force(true);
      Files.createLink(linked, temporary);
    } finally {
      Files.deleteIfExists(linked);
      Files.deleteIfExists(temporary);
    }
  }

  static Path parent(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalArgumentException("no folder above " + path);
    }
    return parent;
  }

  static void fsyncFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (NoSuchFileException e) {
      // Removed meanwhile, with everything in it; whoever did that fsyncs the folder above.
      return;
    }
  }

  private Path newTemporaryFile() throws IOException {
    Files.createDirectories(temporaryFolder);
    Path temporary = Files.createTempFile(temporaryFolder, "object-", ".tmp");
    if (isTimeToLook()) {
      try {
        removeLeftovers(touched(temporary));
      } catch (IOException e) {
        // They may be another user's; they are in nobody's way.
        LOG.warn("What a crash has left in {} stays there: {}", temporaryFolder, e.toString());
      }
    }
    return temporary;
  }

  private synchronized boolean isTimeToLook() {
    long now = System.nanoTime();
    if (lookDue - now > 0) {
      return false;
    }
    lookDue = now + leftoverAfter.toNanos();
    return true;
  }

  /**
   * Others may be writing here, of another prefix or an engine that has not ended yet.
   *
   * @param now by the clock of the file system
   */
  private void removeLeftovers(Instant now) throws IOException {
    try (Stream<Path> files = Files.list(temporaryFolder)) {
      for (Path file : files.toList()) {
        if (isLeftover(file, now)) {
          boolean _ = Files.deleteIfExists(file);
        }
      }
    }
  }

  private boolean isLeftover(Path file, Instant now) throws IOException {
    try {
      return touched(file).isBefore(now.minus(leftoverAfter));
    } catch (NoSuchFileException e) {
      // Its writer is done with it.
      return false;
    }
  }

  /** The time of its last modification may be that of what it holds. */
  private static Instant touched(Path file) throws IOException {
    return ((FileTime) Files.getAttribute(file, "unix:ctime")).toInstant();
  }

  private static void write(Path file, ObjectContent content, @Nullable FileTime time)
      throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        InputStream in = content.open();
        OutputStream out = Channels.newOutputStream(channel)) {
      long written = in.transferTo(out);
      if (written != content.sizeBytes()) {
        throw new EOFException(
            "the content has %d bytes instead of %d".formatted(written, content.sizeBytes()));
      }
      if (time != null) {
        Files.setLastModifiedTime(file, time);
      }
      channel.force(true);
    }
  }

  private PutResult link(Path target, Path temporary) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Deque<Path> made;
      try {
        made = makeFolders(parent(target));
      } catch (FileAlreadyExistsException | NoSuchFileException e) {
        // It was there, and somebody has removed it meanwhile; or it is a file.
        if (attempt == LINK_ATTEMPTS_MAX) {
          throw e;
        }
        continue;
      }
      try {
        Files.createLink(target, temporary);
      } catch (FileAlreadyExistsException e) {
        return PutResult.ALREADY_EXISTS;
      } catch (NoSuchFileException e) {
        if (attempt == LINK_ATTEMPTS_MAX) {
          throw e;
        }
        continue;
      }
      fsyncFolder(parent(target));
      for (Path folder : made) {
        fsyncFolder(parent(folder));
      }
      return PutResult.CREATED;
    }
  }

  /** Makes the folders that are missing and returns them, the innermost first. */
  private Deque<Path> makeFolders(Path folder) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    Path current = folder;
    while (!current.equals(root) && !Files.isDirectory(current)) {
      missing.addLast(current);
      current = parent(current);
    }
    Files.createDirectories(folder);
    return missing;
  }
}
