package io.dosql.engine.sqlite;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and loads libsqlite3: the file that was configured, else the one in the jar, else the
 * system's. A configured file that does not load is an error, never passed over.
 */
final class LibraryLocator {

  private static final Logger LOG = LoggerFactory.getLogger(LibraryLocator.class);
  private static final String SYSTEM_LIBRARY = "libsqlite3.so.0";

  /** A loaded library; it stays loaded until the process ends. */
  record Located(String path, SymbolLookup symbols) {}

  private final @Nullable String configured;
  private final Path extractDirectory;
  private final Function<String, @Nullable URL> resources;

  LibraryLocator(
      @Nullable String configured,
      Path extractDirectory,
      Function<String, @Nullable URL> resources) {
    this.configured = configured;
    this.extractDirectory = extractDirectory;
    this.resources = resources;
  }

  /** Name of the library inside the jar, on this machine. */
  static String resourceName() {
    String machine = System.getProperty("os.arch", "unknown").toLowerCase(Locale.ROOT);
    return "native/linux-" + (machine.equals("amd64") ? "x86_64" : machine) + "/libsqlite3.so";
  }

  Located locate() {
    if (configured != null) {
      return loadConfigured(configured);
    }
    Located bundled = loadBundled();
    return bundled != null ? bundled : loadSystem();
  }

  private static Located loadConfigured(String path) {
    try {
      return load(Path.of(path).toAbsolutePath(), path);
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          "cannot load libsqlite3 from %s, which system property %s names: %s"
              .formatted(path, SqliteLibrary.LIBRARY_PROPERTY, e.getMessage()),
          e);
    }
  }

  private @Nullable Located loadBundled() {
    String name = resourceName();
    URL resource = resources.apply(name);
    if (resource == null) {
      LOG.warn("No libsqlite3 for this machine in the jar ({}); using the system's", name);
      return null;
    }
    try {
      return loadResource(resource);
    } catch (IOException | IllegalArgumentException | URISyntaxException e) {
      LOG.warn(
          "The engine's own libsqlite3 ({}) does not load, using the system's; if {} forbids"
              + " executable mappings (noexec), set system property {}: {}",
          resource,
          extractDirectory,
          SqliteLibrary.EXTRACT_DIRECTORY_PROPERTY,
          e.toString());
      return null;
    }
  }

  private Located loadResource(URL resource) throws IOException, URISyntaxException {
    if (resource.getProtocol().equals("file")) {
      URI uri = resource.toURI();
      return load(Path.of(uri), Path.of(uri).toString());
    }
    // A directory with a random name that only we can enter: nobody can put another file there.
    Path directory = Files.createTempDirectory(extractDirectory, "dosql-sqlite-");
    Path file = directory.resolve("libsqlite3.so");
    try {
      try (InputStream in = resource.openStream()) {
        Files.copy(in, file);
      }
      return load(file, resource.toString());
    } finally {
      // The mapping outlives the name.
      Files.deleteIfExists(file);
      Files.deleteIfExists(directory);
    }
  }

  private static Located loadSystem() {
    try {
      return new Located(
          SYSTEM_LIBRARY, SymbolLookup.libraryLookup(SYSTEM_LIBRARY, Arena.global()));
    } catch (IllegalArgumentException e) {
      throw new IllegalStateException(
          ("no libsqlite3: none in the jar that loads (%s), and no system library %s; install"
                  + " SQLite, or name a library by system property %s")
              .formatted(resourceName(), SYSTEM_LIBRARY, SqliteLibrary.LIBRARY_PROPERTY),
          e);
    }
  }

  private static Located load(Path file, String shownAs) {
    return new Located(shownAs, SymbolLookup.libraryLookup(file, Arena.global()));
  }
}
