package io.dosql.quickstart.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Answers {@code kubectl logs [-f] [--tail N]} from a file. */
final class PodLogStream {

  private static final Duration POLL = Duration.ofMillis(300);

  /** A follower that nobody ends is ended after this time. */
  private static final Duration FOLLOW_MAX = Duration.ofHours(4);

  private final Path file;
  private final long tailLines;
  private final boolean follow;

  PodLogStream(Path file, ApiRequest request) {
    refuseOthers(request);
    this.file = file;
    this.follow = request.flag("follow");
    try {
      this.tailLines = Long.parseLong(request.parameter("tailLines", "-1"));
    } catch (NumberFormatException e) {
      throw ApiException.badRequest("tailLines is not a number");
    }
  }

  private static void refuseOthers(ApiRequest request) {
    for (String parameter : List.of("sinceSeconds", "sinceTime", "limitBytes")) {
      if (!request.parameter(parameter, "").isEmpty()) {
        throw ApiException.badRequest(parameter + " is not supported by the embedded API");
      }
    }
    for (String parameter : List.of("previous", "timestamps")) {
      if (request.flag(parameter)) {
        throw ApiException.badRequest(
            parameter
                + " is not supported by the embedded API; the log holds earlier runs of the"
                + " container, too");
      }
    }
  }

  void run(OutputStream out, BooleanSupplier stopping) throws IOException, InterruptedException {
    long end = System.nanoTime() + FOLLOW_MAX.toNanos();
    long start = start();
    do {
      copy(out, start, () -> stopping.getAsBoolean() || System.nanoTime() - end > 0);
      // A full log is renamed, and another one begins.
      start = 0;
    } while (follow && !stopping.getAsBoolean() && System.nanoTime() - end < 0);
  }

  /** Follows one file, if asked to, until it is no longer the pod's log. */
  private void copy(OutputStream out, long start, BooleanSupplier enough)
      throws IOException, InterruptedException {
    Object key = key();
    try (InputStream in = Files.newInputStream(file)) {
      in.skipNBytes(start);
      in.transferTo(out);
      out.flush();
      boolean replaced = false;
      while (follow && !replaced && !enough.getAsBoolean()) {
        Thread.sleep(POLL);
        // In this order: what came before the log was replaced is still read.
        Object now = key();
        replaced = now != null && !now.equals(key);
        if (in.transferTo(out) > 0) {
          out.flush();
        }
      }
    }
  }

  /** Tells one file from another in its place; null between the two. */
  private @Nullable Object key() throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** The position of the first byte to show. */
  private long start() throws IOException {
    if (tailLines < 0) {
      return 0;
    }
    byte[] bytes = Files.readAllBytes(file);
    long lines = 0;
    int position = bytes.length;
    while (position > 0 && lines <= tailLines) {
      position--;
      if (bytes[position] == '\n' && position < bytes.length - 1) {
        lines++;
      }
      if (lines == tailLines && position < bytes.length - 1 && bytes[position] == '\n') {
        return position + 1L;
      }
    }
    return tailLines == 0 ? bytes.length : 0;
  }
}
