package io.dosql.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The built repository, and the tools that {@code benchmarks/run} has put beside it.
 *
 * @param root of the repository
 */
record Installation(Path root) {

  Path sources() {
    return root.resolve("benchmarks/src/main");
  }

  /** What {@code benchmarks/run} installed and compiled. */
  Path tools() {
    return root.resolve("benchmarks/target/tools");
  }

  Optional<Path> tool(String name) {
    Path tool = tools().resolve(name);
    return Files.isExecutable(tool) ? Optional.of(tool) : Optional.empty();
  }

  /** The newest PostgreSQL program of that name, as Debian installs it. */
  static Optional<Path> postgresql(String name) {
    Path program = Path.of("/usr/lib/postgresql/15/bin", name);
    return Files.isExecutable(program) ? Optional.of(program) : Optional.empty();
  }

  static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  /**
   * Class path of the engine, and of this program for its parts that run in a process of their own.
   */
  String classPath() throws IOException {
    return root.resolve("benchmarks/target/classes")
        + ":"
        + root.resolve("database-pod/target/classes")
        + ":"
        + Files.readString(root.resolve("benchmarks/target/benchmarks.classpath")).strip();
  }

  /**
   * The flags of the pod's image, as if in a container with that much memory. The AOT cache, which
   * only the image has, is left out.
   */
  List<String> podFlags(String memory) throws IOException {
    List<String> flags = new ArrayList<>(List.of("-XX:MaxRAM=" + memory));
    Files.readAllLines(root.resolve("database-pod/src/main/image/jvm-options")).stream()
        .filter(line -> line.startsWith("-"))
        .forEach(flags::add);
    return flags;
  }
}
