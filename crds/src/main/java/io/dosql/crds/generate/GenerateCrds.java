package io.dosql.crds.generate;

import io.dosql.crds.DoSQLBackup;
import io.dosql.crds.DoSQLDatabase;
import io.dosql.crds.DoSQLMigration;
import io.dosql.crds.DoSQLRestore;
import io.fabric8.crdv2.generator.CRDGenerationInfo;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Generates the CRDs into a folder and compares them with the committed ones, or replaces those.
 *
 * <p>Arguments: the folder to generate into, the folder of the committed CRDs, {@code check} or
 * {@code update}. Exits 1 and says what to do when the two differ.
 */
public final class GenerateCrds {

  /** Above this, {@code kubectl apply} on the client's side stops working long before etcd does. */
  private static final long MAX_CRD_BYTES = 100_000;

  static final List<Class<? extends HasMetadata>> TYPES =
      List.of(DoSQLDatabase.class, DoSQLMigration.class, DoSQLBackup.class, DoSQLRestore.class);

  private static final String UPDATE_COMMAND = "./mvnw -pl crds process-classes -Dcrds.mode=update";

  private GenerateCrds() {}

  public static void main(String[] args) throws IOException {
    if (args.length != 3) {
      throw new IllegalArgumentException("expected: GENERATED COMMITTED check|update");
    }
    Path generated = Files.createDirectories(Path.of(args[0]));
    Path committed = Files.createDirectories(Path.of(args[1]));
    generate(generated);
    if (args[2].equals("update")) {
      replace(read(generated), committed);
      return;
    }
    List<String> differences = differences(read(generated), read(committed));
    if (!differences.isEmpty()) {
      differences.forEach(System.err::println);
      System.err.println(
          "The committed CRDs are not what the Java types generate. Run '"
              + UPDATE_COMMAND
              + "' and commit crds/generated.");
      System.exit(1);
    }
  }

  static void generate(Path folder) throws IOException {
    for (Path old : files(folder)) {
      Files.delete(old);
    }
    CRDGenerationInfo ignored =
        new CRDGenerator()
            .customResourceClasses(TYPES.toArray(Class[]::new))
            .forCRDVersions("v1")
            .withMinQuotes(true)
            .withPostProcessor(new SchemaRules())
            .inOutputDir(folder.toFile())
            .detailedGenerate();
    for (Path file : files(folder)) {
      if (Files.size(file) > MAX_CRD_BYTES) {
        throw new IllegalStateException(
            "%s has %d bytes, more than the %d allowed: shorten descriptions or move a type"
                .formatted(file.getFileName(), Files.size(file), MAX_CRD_BYTES));
      }
    }
  }

  static List<String> differences(Map<String, String> generated, Map<String, String> committed) {
    List<String> found = new ArrayList<>();
    generated.forEach(
        (name, text) -> {
          String other = committed.get(name);
          if (other == null) {
            found.add(name + " is generated, but not committed");
          } else if (!other.equals(text)) {
            found.add(name + " differs from line " + firstDifference(text, other));
          }
        });
    committed.keySet().stream()
        .filter(name -> !generated.containsKey(name))
        .forEach(name -> found.add(name + " is committed, but no longer generated"));
    return found;
  }

  private static String firstDifference(String generated, String committed) {
    List<String> left = generated.lines().toList();
    List<String> right = committed.lines().toList();
    int line = 0;
    while (line < left.size() && line < right.size() && left.get(line).equals(right.get(line))) {
      line++;
    }
    return "%d: generated '%s', committed '%s'"
        .formatted(line + 1, lineOrEnd(left, line), lineOrEnd(right, line));
  }

  private static String lineOrEnd(List<String> lines, int index) {
    return index < lines.size() ? lines.get(index).strip() : "(end of file)";
  }

  private static void replace(Map<String, String> generated, Path committed) throws IOException {
    for (Path old : files(committed)) {
      if (!generated.containsKey(old.getFileName().toString())) {
        Files.delete(old);
      }
    }
    for (Map.Entry<String, String> file : generated.entrySet()) {
      Files.writeString(committed.resolve(file.getKey()), file.getValue());
    }
  }

  private static Map<String, String> read(Path folder) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    for (Path file : files(folder)) {
      texts.put(file.getFileName().toString(), Files.readString(file));
    }
    return texts;
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(file -> file.toString().endsWith(".yml")).sorted().toList();
    }
  }
}
