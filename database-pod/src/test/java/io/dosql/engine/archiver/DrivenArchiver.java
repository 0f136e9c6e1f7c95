package io.dosql.engine.archiver;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.log.CommitLog;
import io.dosql.engine.tenant.WriteStop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;

/** A real archiver of a data directory that works when a test says so, on its thread. */
public final class DrivenArchiver {

  public static final ArchiveLayout LAYOUT = ArchiveLayout.forDirectory("shop/orders");
  public static final ArchiverLimits LIMITS =
      new ArchiverLimits(
          Duration.ofSeconds(1),
          1 << 20,
          64 << 10,
          1000,
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5));

  private final Archiver archiver;

  private DrivenArchiver(Archiver archiver) {
    this.archiver = archiver;
  }

  /** Of a process that begins in a directory, which an earlier one may have left anyhow. */
  public static DrivenArchiver start(
      Path folder,
      CommitLog log,
      ObjectStore store,
      TestClock clock,
      ArchiverLimits limits,
      MaxLagPolicy policy,
      WriteStop writes,
      long seed)
      throws IOException {
    Path scratch = folder.resolve("scratch");
    deleteAll(scratch);
    Files.createDirectories(scratch);
    return new DrivenArchiver(
        new Archiver(
            log,
            new FileBook(folder.resolve("line")),
            writes,
            new Archiver.Target(store, LAYOUT, "shop/orders", scratch),
            limits,
            policy,
            new Archiver.Surroundings(clock::nanoTime, clock, new Random(seed))));
  }

  private static void deleteAll(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** What a snapshot of the volume holds, at a new place. */
  public static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  /** The data directory says in a file of its own which line it writes. */
  private record FileBook(Path file) implements LineBook {

    @Override
    public String line() {
      try {
        return Files.exists(file) ? Files.readString(file) : "first";
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void begin(String line) throws IOException {
      Files.writeString(file, line);
    }
  }

  public Archiver archiver() {
    return archiver;
  }

  /** Does what is due, at most one upload; how long nothing is due then. */
  public Duration step() {
    return archiver.step();
  }

  /** Whether everything is archived that was appended. */
  public boolean isCaughtUp() {
    return archiver.isCaughtUp();
  }
}
