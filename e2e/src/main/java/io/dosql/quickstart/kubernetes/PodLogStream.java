package io.dosql.quickstart.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Answers {@code kubectl logs [-f] [--tail N]} from a file. */
final class PodLogStream {

  private static final Duration POLL = Duration.ofMillis(300);

  /** A follower that nobody ends is ended after this time. */
  private static final Duration FOLLOW_MAX = Duration.ofHours(4);

  private final Path file;
  private final long tailLines;
  private final boolean follow;

  PodLogStream(Path file, ApiRequest request) {
    this.file = file;
    this.follow = request.flag("follow");
    try {
      this.tailLines = Long.parseLong(request.parameter("tailLines", "-1"));
    } catch (NumberFormatException e) {
      throw ApiException.badRequest("tailLines is not a number");
    }
  }

  void run(OutputStream out, BooleanSupplier stopping) throws IOException, InterruptedException {
    try (InputStream in = Files.newInputStream(file)) {
      in.skipNBytes(start());
      in.transferTo(out);
      out.flush();
      long end = System.nanoTime() + FOLLOW_MAX.toNanos();
      while (follow && !stopping.getAsBoolean() && System.nanoTime() < end) {
        Thread.sleep(POLL);
        if (in.transferTo(out) > 0) {
          out.flush();
        }
      }
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
