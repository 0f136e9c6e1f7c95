package io.dosql.engine.main;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What the kernel says of this process's memory: how much its container may have, and how much it
 * has of what cannot be taken away again. Pages of files do not count: the kernel drops them before
 * it kills anybody.
 */
final class ContainerMemory {

  private static final long BYTES_PER_KIB = 1024;

  /** cgroup v1 tells of no limit by a number near the largest one. */
  private static final long LARGEST_LIMIT = 1L << 50;

  private final Path root;

  ContainerMemory() {
    this(Path.of("/"));
  }

  /**
   * @param root where {@code sys} and {@code proc} are
   */
  ContainerMemory(Path root) {
    this.root = root;
  }

  /** The container's limit; empty if it has none, or nobody knows. */
  OptionalLong limitBytes() {
    OptionalLong limit = limit("sys/fs/cgroup", group("0::"), "memory.max");
    return limit.isPresent()
        ? limit
        : limit("sys/fs/cgroup/memory", group("memory:"), "memory.limit_in_bytes");
  }

  /**
   * The limit of the process's own group. Most containers see their group as the root of what is
   * mounted there, whatever the kernel calls it.
   */
  private OptionalLong limit(String mount, String group, String file) {
    OptionalLong own = read(root.resolve(mount + group).resolve(file));
    return own.isPresent() ? own : read(root.resolve(mount).resolve(file));
  }

  private static OptionalLong read(Path file) {
    try {
      String text = Files.readString(file).strip();
      long limit = text.equals("max") ? Long.MAX_VALUE : Long.parseLong(text);
      return limit > 0 && limit < LARGEST_LIMIT ? OptionalLong.of(limit) : OptionalLong.empty();
    } catch (IOException | NumberFormatException notThisVersion) {
      return OptionalLong.empty();
    }
  }

  /** The path of this process's group, as the kernel calls it; empty if it does not tell. */
  private String group(String controller) {
    try {
      for (String line : Files.readAllLines(root.resolve("proc/self/cgroup"))) {
        int at = line.indexOf(controller);
        if (at >= 0 && (at == 0 || line.charAt(at - 1) == ':')) {
          return line.substring(at + controller.length());
        }
      }
    } catch (IOException unreadable) {
      // Then what is mounted counts.
    }
    return "";
  }

  /** Resident memory that belongs to no file; empty if the kernel does not tell. */
  OptionalLong usedBytes() {
    return status("RssAnon:", "RssShmem:");
  }

  /** All resident memory, pages of files included. */
  OptionalLong residentBytes() {
    return status("VmRSS:");
  }

  private OptionalLong status(String... fields) {
    try {
      long sum = 0;
      boolean found = false;
      for (String line : Files.readAllLines(root.resolve("proc/self/status"))) {
        for (String field : fields) {
          if (line.startsWith(field)) {
            String[] words = line.substring(field.length()).strip().split(" ", -1);
            sum += Long.parseLong(words[0]) * BYTES_PER_KIB;
            found = true;
          }
        }
      }
      return found ? OptionalLong.of(sum) : OptionalLong.empty();
    } catch (IOException | NumberFormatException unreadable) {
      return OptionalLong.empty();
    }
  }
}
