package io.dosql.quickstart;

import io.dosql.quickstart.runner.RunnerFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one quickstart, held by this process until it is closed. Beside what {@link
 * RunnerFolder} describes:
 *
 * <pre>
 *   FOLDER/
 *     lock               held while a quickstart uses the folder; holds its process id
 *     quickstart.json    how to reach it; there while it is ready
 *     kubeconfig         for kubectl
 *     kubernetes/        the objects of the Kubernetes API
 *     logs/operator.log
 * </pre>
 */
final class QuickstartFolder implements AutoCloseable {

  private final Path root;
  private final FileChannel lockFile;

  private QuickstartFolder(Path root, FileChannel lockFile) {
    this.root = root;
    this.lockFile = lockFile;
  }

  /**
   * Takes the folder, and makes it if it is not there, for its owner only: keys and tokens are in
   * it.
   *
   * @throws QuickstartException if another quickstart uses it, or it cannot be written
   */
  static QuickstartFolder open(Path folder) throws QuickstartException {
    Path root = folder.toAbsolutePath().normalize();
    try {
      boolean _ = makePrivate(root);
      FileChannel lockFile =
          FileChannel.open(
              root.resolve("lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      if (tryLock(lockFile) == null) {
        String owner = read(lockFile);
        lockFile.close();
        throw new QuickstartException(
            "Another quickstart (process %s) uses %s. Stop it, or name another folder by --dir."
                .formatted(owner, root));
      }
      write(lockFile, Long.toString(ProcessHandle.current().pid()));
      QuickstartFolder opened = new QuickstartFolder(root, lockFile);
      Files.createDirectories(opened.runner().logs());
      // That of a run that was killed tells of what is no longer there.
      Files.deleteIfExists(opened.connectionFile());
      return opened;
    } catch (IOException e) {
      throw new QuickstartException(
          "Cannot use the folder %s: %s. Name another one by --dir.".formatted(root, e), e);
    }
  }

  private static boolean makePrivate(Path root) throws IOException {
    if (Files.isDirectory(root)) {
      return false;
    }
    Files.createDirectories(root.getParent());
    Files.createDirectory(
        root, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    return true;
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException thisProcess) {
      return null;
    }
  }

  private static String read(FileChannel file) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(32);
    int _ = file.read(buffer, 0);
    return StandardCharsets.UTF_8.decode(buffer.flip()).toString();
  }

  private static void write(FileChannel file, String text) throws IOException {
    file.truncate(0);
    int _ = file.write(StandardCharsets.UTF_8.encode(text), 0);
  }

  Path root() {
    return root;
  }

  RunnerFolder runner() {
    return new RunnerFolder(root);
  }

  Path connectionFile() {
    return root.resolve("quickstart.json");
  }

  Path kubeconfig() {
    return root.resolve("kubeconfig");
  }

  Path kubernetes() {
    return root.resolve("kubernetes");
  }

  static Path operatorLog(Path root) {
    return root.resolve("logs").resolve("operator.log");
  }

  /** Whether nothing was ever run in it. */
  boolean isFresh() throws QuickstartException {
    if (!Files.exists(kubernetes())) {
      return true;
    }
    try (Stream<Path> content = Files.list(kubernetes())) {
      return content.findAny().isEmpty();
    } catch (IOException e) {
      throw new QuickstartException("Cannot read %s: %s".formatted(kubernetes(), e), e);
    }
  }

  /** Lets others use the folder. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(connectionFile());
    lockFile.close();
  }
}
