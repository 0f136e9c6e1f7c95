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
    for (String file :
        new String[] {"sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
      try {
        String text = Files.readString(root.resolve(file)).strip();
        if (!text.equals("max")) {
          long limit = Long.parseLong(text);
          if (limit > 0 && limit < LARGEST_LIMIT) {
            return OptionalLong.of(limit);
          }
        }
      } catch (IOException | NumberFormatException notThisVersion) {
        // The next one, or none.
      }
    }
    return OptionalLong.empty();
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
