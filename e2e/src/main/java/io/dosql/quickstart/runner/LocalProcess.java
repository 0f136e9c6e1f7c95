package io.dosql.quickstart.runner;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running process, its output on the way to a log. Used by one thread. */
final class LocalProcess {

  private static final Logger LOG = LoggerFactory.getLogger(LocalProcess.class);

  /** After the process has ended: whatever is still in the pipe. */
  private static final Duration OUTPUT_MAX = Duration.ofSeconds(2);

  private static final Duration KILLED_MAX = Duration.ofSeconds(10);

  /**
   * A Ctrl-C in the terminal goes to all processes of it; but these are to end when the runner says
   * so, in order. What is ignored here stays ignored in the program.
   */
  private static final List<String> DEAF_TO_THE_TERMINAL =
      List.of("/bin/sh", "-c", "trap '' INT HUP QUIT; exec \"$@\"", "sh");

  private final Process process;
  private final Thread output;
  private final Path record;

  private LocalProcess(Process process, Thread output, Path record) {
    this.process = process;
    this.output = output;
    this.record = record;
  }

  /**
   * Starts a process, with this environment only.
   *
   * @param folder where it runs; its {@link ProcessRecord} is kept there until {@link #exitCode}
   */
  static LocalProcess start(
      List<String> command, Map<String, String> environment, Path folder, BoundedLog log)
      throws IOException {
    List<String> line = new ArrayList<>(DEAF_TO_THE_TERMINAL);
    line.addAll(command);
    Files.createDirectories(folder);
    Path record = folder.resolve(ProcessRecord.FILE);
    ProcessBuilder builder =
        new ProcessBuilder(line).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      ProcessRecord.write(record, process.toHandle());
      process.getOutputStream().close();
    } catch (IOException e) {
      process.destroyForcibly();
      throw e;
    }
    Thread output =
        Thread.ofPlatform()
            .daemon()
            .name("output-of-" + process.pid())
            .start(() -> copy(process.getInputStream(), log));
    return new LocalProcess(process, output, record);
  }

  private static void copy(InputStream input, BoundedLog log) {
    try (input) {
      log.copy(input);
    } catch (IOException e) {
      LOG.debug("the output of a process ended", e);
    }
  }

  long pid() {
    return process.pid();
  }

  /** Waits for the end, at most so long; returns whether it has ended. */
  boolean awaitEnd(Duration max) throws InterruptedException {
    return process.waitFor(max.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Asks the process to end. By its handle: {@link Process#destroy} would close its output as well,
   * and with it what a program says while it ends.
   */
  private void terminate() {
    boolean _ = process.toHandle().destroy();
  }

  void kill() {
    boolean _ = process.toHandle().destroyForcibly();
  }

  /**
   * Asks the process to end, kills it when it has not after the grace, and waits until it has: what
   * it used is free on return.
   */
  void end(Duration grace) throws InterruptedException {
    terminate();
    if (!awaitEnd(grace)) {
      LOG.warn("process {} did not end within {} s; killing it", pid(), grace.toSeconds());
      kill();
      if (!awaitEnd(KILLED_MAX)) {
        throw new IllegalStateException("process " + pid() + " does not end when it is killed");
      }
    }
  }

  /** Of a process that has ended; all its output is in the log then. */
  int exitCode() throws InterruptedException {
    output.join(OUTPUT_MAX);
    try {
      Files.deleteIfExists(record);
    } catch (IOException e) {
      LOG.warn("cannot delete {}", record, e);
    }
    return process.exitValue();
  }
}
