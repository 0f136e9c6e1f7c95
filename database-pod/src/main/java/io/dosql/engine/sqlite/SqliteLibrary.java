package io.dosql.engine.sqlite;

import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The libsqlite3 of this process: chosen and checked at first use, then fixed until the process
 * ends. In order: the file that system property {@value #LIBRARY_PROPERTY} names; the library in
 * the jar; the system's {@code libsqlite3.so.0}. Thread safe.
 */
public final class SqliteLibrary {

  /** System property: path of the library to use, and no other. */
  public static final String LIBRARY_PROPERTY = "dosql.sqlite.library";

  /**
   * System property: directory into which the library is extracted for the moment of loading, when
   * it lies in a jar; default {@code java.io.tmpdir}.
   */
  public static final String EXTRACT_DIRECTORY_PROPERTY = "dosql.sqlite.extractDir";

  private static final Logger LOG = LoggerFactory.getLogger(SqliteLibrary.class);
  private static final int OLDEST_VERSION = 3_040_000;
  private static final int WAL_RESET_FIXED_VERSION = 3_051_003;

  /**
   * The one deliberate static state of this package. The JIT inlines a native call only when its
   * method handle is a constant, which here means a static final field, so the library behind the
   * handles must be static as well. The holder makes it load at first use; a failure is kept, so
   * that each later use names the cause.
   */
  private static final class Holder {
    static final @Nullable SqliteLibrary LOADED;
    static final @Nullable RuntimeException FAILURE;

    static {
      SqliteLibrary loaded = null;
      RuntimeException failure = null;
      try {
        loaded = load();
      } catch (RuntimeException e) {
        failure = e;
      }
      LOADED = loaded;
      FAILURE = failure;
    }
  }

  private final String path;
  private final SymbolLookup symbols;
  private final String version;
  private final int versionNumber;
  private final String sourceId;
  private final List<String> compileOptions;
  private final Set<Capability> capabilities;
  private final boolean hasMemoryStatistics;

  private SqliteLibrary(LibraryLocator.Located located) {
    LibraryInspection inspection = new LibraryInspection(located.symbols());
    this.path = located.path();
    this.symbols = located.symbols();
    this.version = inspection.version();
    this.versionNumber = inspection.versionNumber();
    this.sourceId = inspection.sourceId();
    this.compileOptions = inspection.compileOptions();
    this.capabilities = inspection.capabilities(compileOptions);
    this.hasMemoryStatistics = !compileOptions.contains("DEFAULT_MEMSTATUS=0");
    requireUsable(inspection.isThreadSafe());
    inspection.start();
    report();
  }

  /**
   * The library of this process; loads it if this is the first call.
   *
   * @throws IllegalStateException if there is none that can be used; its message says what to do
   */
  public static SqliteLibrary get() {
    if (Holder.LOADED == null) {
      String reason = Holder.FAILURE == null ? "unknown" : Holder.FAILURE.getMessage();
      throw new IllegalStateException(reason, Holder.FAILURE);
    }
    return Holder.LOADED;
  }

  private static SqliteLibrary load() {
    String extractDirectory =
        System.getProperty(
            EXTRACT_DIRECTORY_PROPERTY, System.getProperty("java.io.tmpdir", "/tmp"));
    return new SqliteLibrary(
        new LibraryLocator(
                System.getProperty(LIBRARY_PROPERTY),
                Path.of(extractDirectory),
                SqliteLibrary.class.getClassLoader()::getResource)
            .locate());
  }

  /** SQLite's version, such as {@code 3.54.1}. */
  public String version() {
    return version;
  }

  /** SQLite's version as a number: 3.54.1 is 3054001. */
  public int versionNumber() {
    return versionNumber;
  }

  /** Check-in and time of the source from which the library was made. */
  public String sourceId() {
    return sourceId;
  }

  /** The options that the library was compiled with, without {@code SQLITE_}. */
  public List<String> compileOptions() {
    return compileOptions;
  }

  /** The words that SQLite's parser knows, in upper case. */
  public List<String> keywords() {
    return KeywordList.KEYWORDS;
  }

  /** Where the library came from: a file, a place in a jar, or a name that the system resolved. */
  public String path() {
    return path;
  }

  /** Whether the library can do this. */
  public boolean has(Capability capability) {
    return capabilities.contains(capability);
  }

  /** What the library can do. */
  public Set<Capability> capabilities() {
    return Collections.unmodifiableSet(capabilities);
  }

  /**
   * Whether the library counts the memory that it uses. Our own build does not, because that costs
   * a process-wide lock for each allocation; heap limits need it.
   */
  public boolean hasMemoryStatistics() {
    return hasMemoryStatistics;
  }

  /** Heap bytes in use by SQLite in this process; empty where the library does not count them. */
  public OptionalLong memoryUsedBytes() {
    return hasMemoryStatistics ? OptionalLong.of(LibraryCalls.memoryUsed()) : OptionalLong.empty();
  }

  /**
   * Sets how many heap bytes SQLite tries to stay below, by giving up cache; 0 is no limit.
   *
   * @return the limit until now
   * @throws UnsupportedOperationException without memory statistics
   */
  public long softHeapLimit(long limitBytes) {
    requireMemoryStatistics(limitBytes);
    return LibraryCalls.softHeapLimit(limitBytes);
  }

  /**
   * Sets how many heap bytes SQLite must not exceed: allocations beyond fail with SQLITE_NOMEM; 0
   * is no limit.
   *
   * @return the limit until now
   * @throws UnsupportedOperationException without memory statistics
   */
  public long hardHeapLimit(long limitBytes) {
    requireMemoryStatistics(limitBytes);
    return LibraryCalls.hardHeapLimit(limitBytes);
  }

  SymbolLookup symbols() {
    return symbols;
  }

  private void requireMemoryStatistics(long limitBytes) {
    if (limitBytes < 0) {
      throw new IllegalArgumentException("negative heap limit: " + limitBytes + " bytes");
    }
    if (!hasMemoryStatistics) {
      throw new UnsupportedOperationException(
          "heap limits need memory statistics, and " + path + " was compiled without");
    }
  }

  private void requireUsable(boolean threadSafe) {
    if (versionNumber < OLDEST_VERSION) {
      throw new IllegalStateException(
          "libsqlite3 %s (%s) is too old: at least 3.40.0 is needed".formatted(version, path));
    }
    if (!threadSafe) {
      throw new IllegalStateException(
          "libsqlite3 %s (%s) was compiled with THREADSAFE=0, and cannot serve several threads"
              .formatted(version, path));
    }
  }

  private void report() {
    LOG.info("libsqlite3 {} from {}", version, path);
    Set<Capability> missing = EnumSet.complementOf(EnumSet.copyOf(capabilities));
    if (!missing.isEmpty() || versionNumber < WAL_RESET_FIXED_VERSION) {
      LOG.warn(
          "libsqlite3 {} ({}) lacks {}{}: what needs that is switched off",
          version,
          path,
          missing,
          versionNumber < WAL_RESET_FIXED_VERSION ? " and the WAL-reset fix of 3.51.3" : "");
    }
  }
}
