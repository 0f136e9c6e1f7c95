package io.dosql.engine.drivers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How programs of a language get what they need, by its own package manager, and are run. */
enum Language {
  JAVASCRIPT(
      // No script of a package is run: none of them needs one.
      List.of("npm", "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund")) {
    @Override
    List<String> run(Path file) {
      return List.of("node", file.toString());
    }
  },
  GO(List.of("go", "mod", "download")) {
    @Override
    List<String> run(Path file) {
      return List.of("go", "run", "./" + file.getParent());
    }
  },
  RUST(List.of("cargo", "fetch", "--quiet")) {
    @Override
    List<String> run(Path file) {
      return List.of("cargo", "run", "--quiet");
    }
  },
  PYTHON(
      List.of(
          "python3",
          "-m",
          "pip",
          "install",
          "--quiet",
          "--disable-pip-version-check",
          "--root-user-action=ignore",
          "--upgrade",
          "--target",
          "packages",
          "--requirement",
          "requirements.txt")) {
    @Override
    List<String> run(Path file) {
      return List.of("env", "PYTHONPATH=packages", "python3", file.toString());
    }
  },
  /** The drivers are on the tests' own class path. */
  JAVA(List.of("true")) {
    @Override
    List<String> run(Path file) {
      return List.of(
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "-cp",
          System.getProperty("java.class.path"),
          file.toString());
    }
  },
  CURL(List.of("curl", "--version")) {
    @Override
    List<String> run(Path file) {
      return List.of("sh", "-e", file.toString());
    }
  };

  private static final Path SOURCES = Path.of("src", "test", "drivers");
  private static final Path TARGET = Path.of("target", "drivers").toAbsolutePath();

  @SuppressWarnings("ImmutableEnumChecker") // It is: List.of.
  private final List<String> install;

  Language(List<String> install) {
    this.install = install;
  }

  /** The command that installs what the manifest names, in {@link #folder}. */
  List<String> install() {
    return install;
  }

  abstract List<String> run(Path file);

  String folderName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** A folder with the language's manifest, and with nothing but packages of earlier runs. */
  Path folder() throws IOException {
    Path folder = Files.createDirectories(TARGET.resolve(folderName()));
    Path manifests = SOURCES.resolve(folderName());
    if (Files.isDirectory(manifests)) {
      try (Stream<Path> files = Files.list(manifests)) {
        for (Path file : files.toList()) {
          Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
    return folder;
  }
}
