package io.dosql.benchmarks;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures in rounds, everything once in each, and prints a table of ratios. */
@Command(
    name = "benchmarks/run",
    mixinStandardHelpOptions = true,
    description = "Measures the engine against others, in rounds, and prints a table of ratios.")
@SuppressWarnings("NullAway.Init") // picocli sets the fields.
public final class Benchmarks implements Callable<Integer> {

  @Option(names = "--rounds", defaultValue = "7", description = "Rounds (default 7).")
  private int rounds;

  @Option(
      names = "--seconds",
      defaultValue = "5",
      description = "Of each measurement in each round (default 5).")
  private int seconds;

  @Option(
      names = "--warm-up",
      defaultValue = "30",
      description = "Seconds of each measurement before the first round (default 30).")
  private int warmUp;

  @Option(
      names = "--only",
      split = ",",
      description = "Only rows that need one of these measurements; see --list.")
  private List<String> only = List.of();

  @Option(names = "--measure", split = ",", description = "Only these measurements, and no rows.")
  private List<String> measure = List.of();

  @Option(names = "--list", description = "List the measurements and end.")
  private boolean list;

  @Option(names = "--write", description = "Put the table into docs/performance.md.")
  private boolean write;

  @Option(
      names = "--data",
      defaultValue = "/var/tmp",
      description = "Where all keep their data, on one disk (default /var/tmp).")
  private Path data;

  @Option(
      names = "--pod-memory",
      defaultValue = "512m",
      description = "Memory of the container that the pod's JVM believes in (default 512m).")
  private String podMemory;

  @Option(names = "--pod-env", description = "NAME=VALUE for the pod's environment.")
  private Map<String, String> podEnvironment = Map.of();

  @Option(names = "--pod-agent", description = "An -agentpath:… for pods: a profiler.")
  private String podAgent = "";

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Benchmarks()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Installation installation = new Installation(Path.of(System.getProperty("dosql.root")));
    // Readable by PostgreSQL's user, who must pass through.
    Path folder =
        Files.createTempDirectory(
            data,
            "dosql-benchmarks",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Pod.Settings settings = new Pod.Settings(podMemory, podAgent, podEnvironment);
    try (Contestants contestants = new Contestants(installation, folder, settings)) {
      Runtime.getRuntime()
          .addShutdownHook(Thread.ofPlatform().unstarted(() -> cleanUp(contestants, folder)));
      Suite suite = new Suite(installation, contestants);
      if (list) {
        suite.measurements().forEach(m -> System.out.println(m.id() + "\t" + m.what()));
        return 0;
      }
      String table = measure(installation, folder, suite);
      System.out.println(table);
      if (write) {
        new Report(installation.root().resolve("docs/performance.md")).replaceTable(table);
      }
      return 0;
    }
  }

  /** Also when the process is told to end. */
  private static void cleanUp(Contestants contestants, Path folder) {
    contestants.close();
    try {
      delete(folder);
    } catch (IOException failure) {
      System.err.println("Not deleted: " + folder + ": " + failure);
    }
  }

  private String measure(Installation installation, Path folder, Suite suite)
      throws IOException, InterruptedException {
    Map<String, String> missing = new TreeMap<>();
    suite.measurements().stream()
        .filter(each -> !each.missing().isEmpty())
        .forEach(each -> missing.put(each.id(), each.missing()));
    List<Row> rows = new ArrayList<>();
    for (Row row : measure.isEmpty() ? suite.rows() : List.<Row>of()) {
      if (!only.isEmpty() && row.needs().stream().noneMatch(only::contains)) {
        continue;
      }
      List<String> lacking = row.needs().stream().filter(missing::containsKey).toList();
      if (lacking.isEmpty()) {
        rows.add(row);
      } else {
        System.err.printf(
            "SKIPPED, because there is no %s: %s%n",
            lacking.stream().map(missing::get).collect(Collectors.joining(", ")), row.what());
      }
    }
    Set<String> needed =
        rows.stream().flatMap(row -> row.needs().stream()).collect(Collectors.toSet());
    needed.addAll(measure);
    if (!missing.containsKey(Suite.DISK)) {
      needed.add(Suite.DISK);
    }
    List<Measurement> measurements =
        suite.measurements().stream().filter(each -> needed.contains(each.id())).toList();
    for (Measurement measurement : measurements) {
      Reading _ = read(measurement, 0, warmUp);
    }
    double loadBefore = Machine.load();
    Figures figures = new Figures();
    for (int round = 1; round <= rounds; round++) {
      // Backwards every other time, so that nobody always follows the same one.
      for (Measurement each : round % 2 == 1 ? measurements : measurements.reversed()) {
        figures.add(each.id(), read(each, round, seconds));
      }
    }
    List<String> conditions =
        List.of(
            "%d rounds of %d s each, in turns; the pod's JVM as in a container of %s"
                .formatted(rounds, seconds, podMemory),
            "load average before the first round %s".formatted(Machine.oneDecimal(loadBefore)));
    return Table.write(
        Machine.describe(installation, folder), conditions, measurements, rows, figures);
  }

  private static Reading read(Measurement measurement, int round, int seconds)
      throws IOException, InterruptedException {
    Reading reading = measurement.probe().measure(Duration.ofSeconds(seconds));
    System.err.printf(
        "round %d  %-18s %,12.0f/s  p50 %6d µs  p99 %6d µs  %s%n",
        round,
        measurement.id(),
        reading.perSecond(),
        reading.p50Micros(),
        reading.p99Micros(),
        reading.timesMillis().isEmpty()
            ? ""
            : "max %.1f ms".formatted(Statistics.max(reading.timesMillis())));
    return reading;
  }

  private static void delete(Path folder) throws IOException {
    Path _ =
        Files.walkFileTree(
            folder,
            new SimpleFileVisitor<>() {
              @Override
              public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                  throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
              }

              @Override
              public FileVisitResult postVisitDirectory(
                  Path directory, @Nullable IOException failure) throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
              }
            });
  }
}
