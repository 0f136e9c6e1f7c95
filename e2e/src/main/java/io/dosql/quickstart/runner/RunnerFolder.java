package io.dosql.quickstart.runner;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the runner keeps on disk.
 *
 * <pre>
 *   FOLDER/
 *     ports.json                         the ports of loopback that were given out
 *     volumes/NAMESPACE/CLAIM/           the content of a PersistentVolumeClaim
 *     pods/NAMESPACE/POD/process.json    the process that runs, for the next start after a crash
 *     pods/NAMESPACE/POD/volumes/NAME/   what is mounted from Secrets and ConfigMaps; empty folders
 *     logs/NAMESPACE/POD.log             the output of a pod, and POD.log.1, what was before
 * </pre>
 */
public record RunnerFolder(Path root) {

  public Path portsFile() {
    return root.resolve("ports.json");
  }

  /** The content of a claim. */
  public Path claim(String namespace, String claim) {
    return root.resolve("volumes").resolve(namespace).resolve(claim);
  }

  public Path logs() {
    return root.resolve("logs");
  }

  public Path log(String namespace, String pod) {
    return logs(namespace).resolve(pod + ".log");
  }

  Path logs(String namespace) {
    return logs().resolve(namespace);
  }

  Path pod(String namespace, String pod) {
    return pods().resolve(namespace).resolve(pod);
  }

  Path pods() {
    return root.resolve("pods");
  }

  Path volume(String namespace, String pod, String volume) {
    return pod(namespace, pod).resolve("volumes").resolve(volume);
  }

  /** Of all processes that an earlier run did not see end. */
  List<Path> processRecords() throws IOException {
    if (!Files.isDirectory(pods())) {
      return List.of();
    }
    try (Stream<Path> tree = Files.walk(pods(), 3)) {
      return tree.filter(file -> file.endsWith(ProcessRecord.FILE)).sorted().toList();
    }
  }

  /** Links are deleted, not followed. What is gone already does not matter. */
  static void deleteTree(Path top) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> tree = Files.walk(top)) {
      deepestFirst = tree.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException e) {
      return;
    }
    for (Path file : deepestFirst) {
      Files.deleteIfExists(file);
    }
  }
}
