package io.dosql.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/**
 * The built repository that this program runs from.
 *
 * @param root of the repository
 * @param engineClassPath of the engine pod's process
 */
record Installation(Path root, String version, String engineClassPath) {

  /** Set by the script, and by the build for tests. */
  static final String ROOT_PROPERTY = "dosql.root";

  /**
   * @throws QuickstartException if there is no built repository
   */
  static Installation find() throws QuickstartException {
    String property = System.getProperty(ROOT_PROPERTY);
    if (property == null) {
      throw new QuickstartException(
          "Start this by the script ./quickstart of the repository, which builds what is needed.");
    }
    Path root = Path.of(property).toAbsolutePath().normalize();
    Path target = root.resolve("database-pod/target");
    try {
      String dependencies = Files.readString(target.resolve("engine.classpath")).strip();
      return new Installation(
          root,
          buildVersion(),
          target.resolve("classes") + java.io.File.pathSeparator + dependencies);
    } catch (IOException e) {
      throw new QuickstartException(
          "The engine is not built: %s. Delete e2e/target and start ./quickstart again."
              .formatted(e),
          e);
    }
  }

  static String buildVersion() {
    try (InputStream in = Installation.class.getResourceAsStream("/quickstart/build.properties")) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new IllegalStateException("a resource of this program cannot be read", e);
    }
  }

  /** What a user writes: one file or folder below {@code examples}. */
  Path example(String name) {
    return root.resolve("examples").resolve(name);
  }

  /** The java that runs this program. */
  static Path java() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }
}
