package io.dosql.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What {@code wrk} sends; see {@code load.lua}.
 *
 * @param kind insert, read, mixed, hrana, rows or cursor
 * @param clients connections
 * @param tenants how many it is spread over
 * @param depth requests that a connection sends in one go, for hrana in one HTTP request
 */
record Load(String kind, int clients, int tenants, int depth) {

  private static final int THREADS = 2;

  /** Sends it for a while; fails if any request does. */
  Reading run(Path script, String url, String token, Duration duration)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "wrk",
                "-t" + Math.min(THREADS, clients),
                "-c" + clients,
                "-d" + duration.toSeconds(),
                "--timeout",
                "30",
                "-s",
                script.toString(),
                url,
                "--",
                kind,
                Integer.toString(tenants),
                Integer.toString(depth)));
    if (!token.isEmpty()) {
      command.add(token);
    }
    long[] result = Programs.result(Programs.run(command, Map.of()));
    if (Arrays.stream(result, 2, 7).sum() > 0) {
      throw new IOException(
          "Of the requests to %s failed: by status %d, to connect %d, to read %d, to write %d, late %d"
              .formatted(url, result[2], result[3], result[4], result[5], result[6]));
    }
    return new Reading(result[0] * perRequest() * 1e6 / result[1], result[7], result[8], List.of());
  }

  /** Statements, or rows where these are what counts. */
  private long perRequest() {
    return switch (kind) {
      case "hrana" -> depth;
      case "rows", "cursor" -> Http.ROWS;
      default -> 1;
    };
  }
}
