package io.dosql.quickstart.runner;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names a process in a file, so that the next start finds it if this one is killed. The start time
 * tells the process from a later one with the same number.
 */
record ProcessRecord(@JsonProperty("pid") long pid, @JsonProperty("startedAt") String startedAt) {

  static final String FILE = "process.json";

  private static final Logger LOG = LoggerFactory.getLogger(ProcessRecord.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Systems compute the start time from a boot time that moves when the clock is set. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(2);

  private static final Duration KILLED_MAX = Duration.ofSeconds(10);

  static void write(Path file, ProcessHandle process) throws IOException {
    String startedAt = process.info().startInstant().map(Instant::toString).orElse("");
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    Files.write(temporary, JSON.writeValueAsBytes(new ProcessRecord(process.pid(), startedAt)));
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Ends the process that the file names, if it still runs, and deletes the file.
   *
   * @param grace between the request to end and the kill
   * @throws IOException if it does not end: what it uses must not be used
   */
  static void endOrphan(Path file, Duration grace) throws IOException {
    Optional<ProcessHandle> orphan = read(file).flatMap(ProcessRecord::find);
    if (orphan.isPresent()) {
      LOG.warn("process {} is left over from an earlier run; ending it", orphan.get().pid());
      boolean _ = orphan.get().destroy();
      if (!awaitEnd(orphan.get(), grace)) {
        boolean _ = orphan.get().destroyForcibly();
        if (!awaitEnd(orphan.get(), KILLED_MAX)) {
          throw new IOException(
              "process %d of an earlier run (%s) does not end; end it, then start again"
                  .formatted(orphan.get().pid(), file));
        }
      }
    }
    Files.deleteIfExists(file);
  }

  /** A file that was cut off by a crash names nobody: it is renamed into place as a whole. */
  private static Optional<ProcessRecord> read(Path file) {
    try {
      return Optional.of(JSON.readValue(Files.readAllBytes(file), ProcessRecord.class));
    } catch (IOException e) {
      LOG.warn("cannot read {}: {}", file, e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<ProcessHandle> find() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(
            process ->
                process.info().startInstant().map(this::isStart).orElse(startedAt.isEmpty()));
  }

  private boolean isStart(Instant actual) {
    return !startedAt.isEmpty()
        && Duration.between(Instant.parse(startedAt), actual).abs().compareTo(CLOCK_TOLERANCE) <= 0;
  }

  private static boolean awaitEnd(ProcessHandle process, Duration max) {
    try {
      return process
          .onExit()
          .orTimeout(max.toMillis(), TimeUnit.MILLISECONDS)
          .handle((_, failure) -> failure == null)
          .join();
    } catch (CompletionException e) {
      return !process.isAlive();
    }
  }
}
