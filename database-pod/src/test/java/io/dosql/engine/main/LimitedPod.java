package io.dosql.engine.main;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A pod that believes in 128 MiB of memory and tells what it uses. It runs with the image's JVM
 * options, and if there is a {@code target/image.tar}, with all that is in there: its JVM, its
 * jars, its AOT cache. If the memory controller of control groups (version 1) can be written to, in
 * a group with that limit, in which the kernel kills who takes more.
 */
final class LimitedPod implements AutoCloseable {

  static final long LIMIT_BYTES = 128L << 20;

  private static final Path GROUPS = Path.of("/sys/fs/cgroup/memory");

  private final PodProcess pod;
  private final Path group;
  private final boolean isLimited;

  private LimitedPod(PodProcess pod, Path group, boolean isLimited) {
    this.pod = pod;
    this.group = group;
    this.isLimited = isLimited;
  }

  static LimitedPod start(Path folder, Map<String, String> more) throws Exception {
    Path group = GROUPS.resolve("dosql-memory-" + ProcessHandle.current().pid());
    boolean isLimited = makeGroup(group);
    List<String> command = new ArrayList<>();
    if (isLimited) {
      command.addAll(
          List.of(
              "sh", "-c", "echo $$ > " + group.resolve("cgroup.procs") + " && exec \"$@\"", "sh"));
    }
    command.addAll(engine(folder));
    Map<String, String> environment = new HashMap<>(more);
    environment.put("MALLOC_ARENA_MAX", "1");
    return new LimitedPod(PodProcess.startCommand(folder, environment, command), group, isLimited);
  }

  private static boolean makeGroup(Path group) {
    try {
      Files.createDirectory(group);
      Files.writeString(group.resolve("memory.limit_in_bytes"), Long.toString(LIMIT_BYTES));
      return true;
    } catch (IOException notAllowed) {
      return false;
    }
  }

  /** The command that starts the engine, as the image does if there is one. */
  private static List<String> engine(Path folder) throws Exception {
    Path image = Path.of("target", "image.tar").toAbsolutePath();
    List<String> command = new ArrayList<>();
    if (Files.exists(image)) {
      Path root = folder.resolve("image");
      assertThat(
              new ProcessBuilder(
                      "sh",
                      Path.of("..", ".mvn", "unpack-image").toString(),
                      image.toString(),
                      root.toString())
                  .inheritIO()
                  .start()
                  .waitFor())
          .isZero();
      String configuration = Files.readString(Path.of(root + ".config.json"));
      String home = configuration.replaceAll("(?s).*\"JAVA_HOME=([^\"]*)\".*", "$1");
      command.add(root + home + "/bin/java");
      options(root.resolve("app/jvm-options"))
          .forEach(option -> command.add(option.replace("=/app/", "=" + root + "/app/")));
      command.add("-cp");
      command.add(
          Arrays.stream(
                  Files.readString(root.resolve("app/jib-classpath-file")).strip().split(":", -1))
              .map(entry -> root + entry)
              .reduce((one, other) -> one + ":" + other)
              .orElseThrow());
    } else {
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(options(Path.of("src", "main", "image", "jvm-options")));
      if (!Files.isDirectory(GROUPS)) {
        command.add("-XX:MaxRAM=" + LIMIT_BYTES);
      }
      command.add("-cp");
      command.add(System.getProperty("java.class.path"));
    }
    command.add(EngineMain.class.getName());
    return command;
  }

  private static List<String> options(Path file) throws IOException {
    return Files.readAllLines(file).stream()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .toList();
  }

  PodProcess pod() {
    return pod;
  }

  boolean isLimited() {
    return isLimited;
  }

  /** Memory that is not of files, which the kernel could drop by itself. */
  long anonymousBytes() throws IOException {
    return kib(pod, "RssAnon:") << 10;
  }

  private String memory() throws IOException {
    return "resident %d MiB, of that not of files %d MiB; at most resident %d MiB"
        .formatted(kib(pod, "VmRSS:") >> 10, kib(pod, "RssAnon:") >> 10, kib(pod, "VmHWM:") >> 10);
  }

  private static long kib(PodProcess pod, String field) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pod.process().pid() + "/status")).stream()
        .filter(line -> line.startsWith(field))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElse(0);
  }

  @Override
  public String toString() {
    try {
      return memory() + (isLimited ? "" : ", without a limit");
    } catch (IOException gone) {
      return "the pod is gone: " + gone;
    }
  }

  @Override
  public void close() throws InterruptedException {
    pod.close();
    int _ = pod.process().waitFor();
    boolean _ = isLimited && group.toFile().delete();
  }
}
