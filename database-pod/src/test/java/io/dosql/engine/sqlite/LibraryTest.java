package io.dosql.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which library is taken, and what becomes of one that lacks something or is none. */
class LibraryTest {

  private static final String SYSTEM = "libsqlite3.so.0";

  @TempDir Path folder;

  private static @Nullable URL none(String name) {
    assertThat(name).isEqualTo(LibraryLocator.resourceName());
    return null;
  }

  /** The library that our build made, where it made one. */
  private static Path compiled() {
    URL resource = LibraryTest.class.getClassLoader().getResource(LibraryLocator.resourceName());
    assumeTrue(resource != null, "the build compiled no library");
    return Path.of(URI.create(String.valueOf(resource)));
  }

  private static boolean hasSystemLibrary() {
    try {
      LibraryLocator.Located found =
          new LibraryLocator(null, Path.of("."), LibraryTest::none).locate();
      return found.path().equals(SYSTEM);
    } catch (IllegalStateException absent) {
      return false;
    }
  }

  private LibraryLocator.Located locate(
      @Nullable String configured, Function<String, @Nullable URL> resources) {
    return new LibraryLocator(configured, folder, resources).locate();
  }

  private static String version(LibraryLocator.Located located) {
    return new LibraryInspection(located.symbols()).version();
  }

  @Test
  void theLibraryOfThisProcessIsTheOneThatWasAskedFor() {
    SqliteLibrary library = SqliteLibrary.get();
    String configured = System.getProperty(SqliteLibrary.LIBRARY_PROPERTY);
    if (configured != null) {
      assertThat(library.path()).isEqualTo(configured);
    } else {
      assertThat(library.path()).isEqualTo(compiled().toString());
      assertThat(library.version()).isEqualTo("3.54.1");
      assertThat(library.capabilities()).isEqualTo(EnumSet.allOf(Capability.class));
      assertThat(library.hasMemoryStatistics()).isFalse();
    }
    assertThat(library.versionNumber()).isGreaterThanOrEqualTo(3_040_000);
    assertThat(library.sourceId()).startsWith("20");
    assertThat(library.compileOptions()).isNotEmpty();
    assertThat(SqliteLibrary.get()).isSameAs(library);
  }

  @Test
  void theLibraryAndItsConnectionsAgreeOnTheVersion() {
    try (SqliteConnection sqlite = SqliteConnection.openInMemory();
        SqliteStatement version = sqlite.prepare("SELECT sqlite_version()")) {
      assertThat(version.step()).isTrue();
      assertThat(version.text(0)).isEqualTo(SqliteLibrary.get().version());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Capability.class,
      names = {
        "FTS5",
        "RTREE",
        "GEOPOLY",
        "MATH_FUNCTIONS",
        "PERCENTILE",
        "DBPAGE_TABLE",
        "DBSTAT_TABLE",
        "UPDATE_DELETE_LIMIT"
      })
  void anAbilityWorksIfAndOnlyIfTheLibrarySaysSo(Capability capability) {
    String sql =
        switch (capability) {
          case FTS5 -> "CREATE VIRTUAL TABLE x USING fts5 (a)";
          case RTREE -> "CREATE VIRTUAL TABLE x USING rtree (id, a, b)";
          case GEOPOLY -> "CREATE VIRTUAL TABLE x USING geopoly ()";
          case MATH_FUNCTIONS -> "SELECT sin(1)";
          case PERCENTILE -> "SELECT median(v) FROM t";
          case DBPAGE_TABLE -> "SELECT * FROM sqlite_dbpage LIMIT 1";
          case DBSTAT_TABLE -> "SELECT * FROM dbstat LIMIT 1";
          case UPDATE_DELETE_LIMIT -> "DELETE FROM t ORDER BY v LIMIT 1";
          default -> throw new IllegalArgumentException(capability.name());
        };
    try (SqliteConnection sqlite = SqliteConnection.openInMemory()) {
      sqlite.execute("CREATE TABLE t (v)");
      boolean works = true;
      try {
        sqlite.execute(sql);
      } catch (SqliteException lacking) {
        works = false;
      }
      assertThat(works).isEqualTo(SqliteLibrary.get().has(capability));
    }
  }

  @Test
  void heapLimitsNeedALibraryThatCounts() {
    SqliteLibrary library = SqliteLibrary.get();
    assertThatThrownBy(() -> library.softHeapLimit(-1))
        .isInstanceOf(IllegalArgumentException.class);
    if (library.hasMemoryStatistics()) {
      assertThat(library.softHeapLimit(1L << 40)).isGreaterThanOrEqualTo(0);
      assertThat(library.softHeapLimit(0)).isEqualTo(1L << 40);
      assertThat(library.hardHeapLimit(0)).isGreaterThanOrEqualTo(0);
      assertThat(library.memoryUsedBytes()).isPresent();
    } else {
      assertThatThrownBy(() -> library.softHeapLimit(1))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> library.hardHeapLimit(1))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("memory statistics");
      assertThat(library.memoryUsedBytes()).isEmpty();
    }
  }

  @Test
  void aConfiguredLibraryIsTakenAndNoOther() {
    Path library = compiled();
    LibraryLocator.Located located =
        locate(
            library.toString(),
            name -> {
              throw new AssertionError("asked for " + name);
            });
    assertThat(located.path()).isEqualTo(library.toString());
    assertThat(version(located)).isEqualTo("3.54.1");
  }

  @Test
  void aConfiguredLibraryThatDoesNotLoadIsAnErrorThatSaysWhy() throws Exception {
    Path text = folder.resolve("text.so");
    Files.writeString(text, "no library");
    for (String path : List.of(text.toString(), folder.resolve("absent.so").toString(), "\u0000")) {
      assertThatThrownBy(() -> locate(path, LibraryTest::none))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("cannot load libsqlite3")
          .hasMessageContaining(SqliteLibrary.LIBRARY_PROPERTY);
    }
  }

  @Test
  void aLibraryOfSomethingElseIsToldByTheFunctionThatItLacks() {
    LibraryLocator.Located located = locate("/lib64/libm.so.6", LibraryTest::none, "libm.so.6");
    assertThatThrownBy(() -> version(located))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("lacks sqlite3_libversion");
  }

  /** The first of these that is there; skips the test if none is. */
  private LibraryLocator.Located locate(
      String path, Function<String, @Nullable URL> resources, String otherName) {
    Path found =
        Stream.of(Path.of(path), Path.of("/lib/x86_64-linux-gnu", otherName))
            .filter(Files::exists)
            .findFirst()
            .orElse(null);
    assumeTrue(found != null, "no " + otherName);
    return locate(String.valueOf(found), resources);
  }

  @Test
  void aLibraryInAJarIsExtractedForTheMomentOfLoading() throws Exception {
    URL inJar = jar(Files.readAllBytes(compiled()));
    Path directory = Files.createDirectory(folder.resolve("extract"));
    LibraryLocator.Located located = new LibraryLocator(null, directory, name -> inJar).locate();
    assertThat(located.path()).isEqualTo(inJar.toString());
    assertThat(version(located)).isEqualTo("3.54.1");
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void withoutALibraryInTheJarTheSystemsIsTaken() {
    assumeTrue(hasSystemLibrary(), "no system library");
    LibraryLocator.Located located = locate(null, LibraryTest::none);
    assertThat(located.path()).isEqualTo(SYSTEM);
    assertThat(new LibraryInspection(located.symbols()).versionNumber()).isPositive();
  }

  @Test
  void aLibraryInTheJarThatDoesNotLoadIsPassedOver() throws Exception {
    assumeTrue(hasSystemLibrary(), "no system library");
    Path text = folder.resolve("text.so");
    Files.writeString(text, "no library");
    URL file = text.toUri().toURL();
    assertThat(locate(null, name -> file).path()).isEqualTo(SYSTEM);
    URL inJar = jar(new byte[] {1, 2, 3});
    assertThat(locate(null, name -> inJar).path()).isEqualTo(SYSTEM);
    LibraryLocator nowhere = new LibraryLocator(null, folder.resolve("absent"), name -> inJar);
    assertThat(nowhere.locate().path()).isEqualTo(SYSTEM);
  }

  private URL jar(byte[] content) throws IOException {
    Path jar = folder.resolve("library.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      zip.putNextEntry(new ZipEntry(LibraryLocator.resourceName()));
      zip.write(content);
    }
    return URI.create("jar:" + jar.toUri() + "!/" + LibraryLocator.resourceName()).toURL();
  }

  @Test
  void whatALibraryLacksIsFoundByItsSymbolsAndItsOptions() {
    assumeTrue(hasSystemLibrary(), "no system library");
    LibraryInspection system = new LibraryInspection(locate(null, LibraryTest::none).symbols());
    List<String> options = system.compileOptions();
    Set<Capability> found = system.capabilities(options);
    assertThat(found.contains(Capability.INTERRUPT_STATE))
        .isEqualTo(system.versionNumber() >= 3_041_000);
    assertThat(found.contains(Capability.FTS5)).isEqualTo(options.contains("ENABLE_FTS5"));
    assertThat(system.capabilities(List.of()))
        .doesNotContain(Capability.FTS5, Capability.RTREE, Capability.PERCENTILE);
    assertThat(system.isThreadSafe()).isTrue();
  }
}
