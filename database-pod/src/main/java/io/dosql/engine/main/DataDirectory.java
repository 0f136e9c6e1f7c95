package io.dosql.engine.main;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.engine.archiver.LineBook;
import io.dosql.engine.tenant.DurableFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The pod's data directory: who it is, and that nobody else uses it. */
final class DataDirectory implements LineBook, AutoCloseable {

  private static final String IDENTITY = "identity.json";
  private static final int FORMAT_VERSION = 1;
  private static final int LINE_BYTES = 8;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /**
   * {@code identity.json}, made with the directory; replaced when the archive begins a new line.
   *
   * @param line the archive line: LSNs are comparable only within one
   */
  private record Identity(
      @JsonProperty("formatVersion") int formatVersion, @JsonProperty("line") String line) {}

  private final Path folder;
  private final FileChannel lockFile;
  private volatile String line;

  private DataDirectory(Path folder, FileChannel lockFile, String line) {
    this.folder = folder;
    this.lockFile = lockFile;
    this.line = line;
  }

  /** Takes the directory for this process, and makes it if it is not there. */
  static DataDirectory open(Path folder) throws IOException {
    Files.createDirectories(folder);
    FileChannel lockFile =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (tryLock(lockFile) == null) {
        throw new IOException(
            folder + " is in use by another engine; stop that one, or use another directory");
      }
      DataDirectory directory =
          new DataDirectory(folder, lockFile, readOrMakeIdentity(folder).line());
      directory.emptyScratch();
      return directory;
    } catch (IOException | RuntimeException failure) {
      lockFile.close();
      throw failure;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException thisProcess) {
      return null;
    }
  }

  private static Identity readOrMakeIdentity(Path folder) throws IOException {
    Path file = folder.resolve(IDENTITY);
    if (Files.exists(file)) {
      Identity identity = JSON.readValue(Files.readAllBytes(file), Identity.class);
      if (identity.formatVersion() != FORMAT_VERSION) {
        throw new IOException(
            "%s has format version %d; this engine reads version %d: use the engine that wrote it"
                .formatted(file, identity.formatVersion(), FORMAT_VERSION));
      }
      return identity;
    }
    if (Files.exists(folder.resolve("log")) || Files.exists(folder.resolve("tenants"))) {
      throw new IOException(
          "%s is missing, but %s holds data; restore the file, or start with an empty directory"
              .formatted(file, folder));
    }
    byte[] random = new byte[LINE_BYTES];
    new SecureRandom().nextBytes(random);
    Identity identity = new Identity(FORMAT_VERSION, HexFormat.of().formatHex(random));
    writeIdentity(folder, identity);
    return identity;
  }

  /** What a crash left in there is of no use to anybody. */
  private void emptyScratch() throws IOException {
    remove(scratch());
    Files.createDirectories(scratch());
  }

  /** The folder for a database that is to begin with another's data, and stores none itself. */
  Path makeBootstrap() throws IOException {
    return Files.createDirectories(bootstrap());
  }

  /** When it has begun. */
  void removeBootstrap() throws IOException {
    remove(bootstrap());
  }

  private Path bootstrap() {
    return folder.resolve("bootstrap");
  }

  private static void remove(Path subfolder) throws IOException {
    if (Files.exists(subfolder)) {
      try (Stream<Path> all = Files.walk(subfolder)) {
        List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        for (Path file : deepestFirst) {
          Files.delete(file);
        }
      }
    }
  }

  /**
   * A log that is gone took acknowledged commits with it: an empty one in its place would hide
   * that.
   */
  void requireNoTenants() throws IOException {
    if (!Files.exists(tenants())) {
      return;
    }
    try (Stream<Path> folders = Files.list(tenants())) {
      if (folders.findAny().isPresent()) {
        throw new IOException(
            ("%s holds no commit log, but %s holds tenants: commits that were acknowledged are lost."
                    + " Restore the log's files, or start with an empty directory and restore a backup")
                .formatted(log(), tenants()));
      }
    }
  }

  @Override
  public String line() {
    return line;
  }

  @Override
  public void begin(String newLine) throws IOException {
    writeIdentity(folder, new Identity(FORMAT_VERSION, newLine));
    line = newLine;
  }

  private static void writeIdentity(Path folder, Identity identity) throws IOException {
    DurableFiles.replace(folder.resolve(IDENTITY), JSON.writeValueAsBytes(identity));
  }

  Path log() {
    return folder.resolve("log");
  }

  Path tenants() {
    return folder.resolve("tenants");
  }

  Path scratch() {
    return folder.resolve("scratch");
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }
}
