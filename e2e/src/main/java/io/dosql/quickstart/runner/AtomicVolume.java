package io.dosql.quickstart.runner;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A folder with files from Secrets and ConfigMaps that all change at once, laid out as the kubelet
 * lays it out, so that programs that watch it see here what they would see there:
 *
 * <pre>
 *   ..4f2c81d9e0/jwks.json          the files, in a folder that never changes once it is linked
 *   ..data    -> ..4f2c81d9e0       renamed into place: the moment of change
 *   jwks.json -> ..data/jwks.json
 * </pre>
 */
final class AtomicVolume {

  private static final String CURRENT = "..data";
  private static final String PERMISSIONS = "rwxrwxrwx";

  private final Path folder;

  AtomicVolume(Path folder) {
    this.folder = folder;
  }

  /**
   * One file.
   *
   * @param bytes read-only, compared by content
   * @param mode the nine permission bits
   */
  record Content(ByteBuffer bytes, int mode) {

    static Content of(byte[] bytes, int mode) {
      return new Content(ByteBuffer.wrap(bytes.clone()).asReadOnlyBuffer(), mode);
    }

    private byte[] copy() {
      byte[] copy = new byte[bytes.remaining()];
      bytes.duplicate().get(copy);
      return copy;
    }
  }

  /**
   * Makes the folder hold these files and no others.
   *
   * @param files by relative path
   * @return whether that was a change
   */
  boolean write(SortedMap<String, Content> files) throws IOException {
    Files.createDirectories(folder);
    Path current = folder.resolve(CURRENT);
    if (Files.exists(current) && files.equals(read(current.toRealPath()))) {
      return false;
    }
    Path next = folder.resolve(".." + UUID.randomUUID());
    Files.createDirectory(next);
    for (Map.Entry<String, Content> file : files.entrySet()) {
      Path target = next.resolve(file.getKey());
      Files.createDirectories(target.getParent());
      Files.write(target, file.getValue().copy());
      Files.setPosixFilePermissions(target, permissions(file.getValue().mode()));
    }
    Path link = folder.resolve("..data_tmp");
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, next.getFileName());
    Files.move(link, current, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    linkNames(files.keySet());
    deleteOthers(next);
    return true;
  }

  private static SortedMap<String, Content> read(Path generation) throws IOException {
    SortedMap<String, Content> files = new TreeMap<>();
    List<Path> found;
    try (Stream<Path> tree = Files.walk(generation)) {
      found = tree.filter(Files::isRegularFile).toList();
    }
    for (Path file : found) {
      files.put(
          generation.relativize(file).toString(),
          Content.of(Files.readAllBytes(file), mode(Files.getPosixFilePermissions(file))));
    }
    return files;
  }

  private void linkNames(Set<String> paths) throws IOException {
    Set<String> names = new HashSet<>();
    for (String path : paths) {
      names.add(Path.of(path).getName(0).toString());
    }
    for (String name : names) {
      Path link = folder.resolve(name);
      if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
        Files.createSymbolicLink(link, Path.of(CURRENT, name));
      }
    }
    for (Path entry : entries()) {
      String name = entry.getFileName().toString();
      if (!name.startsWith("..") && !names.contains(name)) {
        Files.delete(entry);
      }
    }
  }

  private void deleteOthers(Path generation) throws IOException {
    for (Path entry : entries()) {
      if (entry.getFileName().toString().startsWith("..")
          && !entry.endsWith(CURRENT)
          && !entry.equals(generation)) {
        RunnerFolder.deleteTree(entry);
      }
    }
  }

  private List<Path> entries() throws IOException {
    try (Stream<Path> list = Files.list(folder)) {
      return list.toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    StringBuilder text = new StringBuilder(PERMISSIONS);
    for (int index = 0; index < PERMISSIONS.length(); index++) {
      if ((mode & bit(index)) == 0) {
        text.setCharAt(index, '-');
      }
    }
    return PosixFilePermissions.fromString(text.toString());
  }

  private static int mode(Set<PosixFilePermission> permissions) {
    String text = PosixFilePermissions.toString(permissions);
    int mode = 0;
    for (int index = 0; index < PERMISSIONS.length(); index++) {
      if (text.charAt(index) != '-') {
        mode |= bit(index);
      }
    }
    return mode;
  }

  private static int bit(int index) {
    return 1 << (PERMISSIONS.length() - 1 - index);
  }
}
