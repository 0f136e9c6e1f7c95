package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Keeps the API's objects in files, so that the next start finds them.
 *
 * <pre>
 *   FOLDER/
 *     resource-version                       a number above every resource version given out
 *     objects/PLURAL[.GROUP]/NAMESPACE|-/NAME.json
 * </pre>
 *
 * <p>A file is written beside its place, fsynced and renamed. Files are readable by their owner
 * only: Secrets are among them. Callers serialise their calls.
 */
final class ObjectFolder {

  private static final String SUFFIX = ".json";

  /** Events and Leases are of interest only while the process runs. */
  private static final Set<String> TRANSIENT =
      Set.of("events", "events.events.k8s.io", "leases.coordination.k8s.io");

  private final Path objects;
  private final Path versionFile;

  ObjectFolder(Path folder) throws IOException {
    this.objects = folder.resolve("objects");
    this.versionFile = folder.resolve("resource-version");
    Files.createDirectories(folder);
    if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }
    Files.createDirectories(objects);
  }

  /** Everything that was stored. */
  List<ObjectNode> load() throws IOException {
    List<Path> files;
    try (Stream<Path> tree = Files.walk(objects)) {
      files = tree.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
    }
    List<ObjectNode> result = new ArrayList<>();
    for (Path file : files) {
      JsonNode node;
      try {
        node = Json.parse(Files.readAllBytes(file));
      } catch (IOException e) {
        throw new IOException(
            "the stored Kubernetes object " + file + " cannot be read: " + e.getMessage(), e);
      }
      if (!(node instanceof ObjectNode object)) {
        throw new IOException("the stored Kubernetes object " + file + " is not a JSON object");
      }
      result.add(object);
    }
    return result;
  }

  long loadVersion() throws IOException {
    try {
      return Long.parseLong(Files.readString(versionFile).strip());
    } catch (NoSuchFileException e) {
      return 0;
    } catch (NumberFormatException e) {
      throw new IOException(versionFile + " does not hold a number", e);
    }
  }

  void storeVersion(long version) {
    write(versionFile, Long.toString(version).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  void store(ObjectKey key, ObjectNode object) {
    if (!TRANSIENT.contains(key.resource())) {
      write(file(key), Json.bytes(object));
    }
  }

  void remove(ObjectKey key) {
    try {
      Files.deleteIfExists(file(key));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file(key), e);
    }
  }

  private Path file(ObjectKey key) {
    return objects
        .resolve(key.resource())
        .resolve(key.namespace().isEmpty() ? "-" : key.namespace())
        .resolve(key.name() + SUFFIX);
  }

  private static void write(Path file, byte[] bytes) {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      Files.createDirectories(file.getParent());
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING)) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(false);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
