package io.dosql.benchmarks;

import java.io.IOException;
import java.time.Duration;

/**
 * Something that is measured once a round.
 *
 * @param id short, for options and progress
 * @param what for the table of figures
 * @param missing what it lacks on this machine; empty if nothing
 */
record Measurement(String id, String what, String missing, Probe probe) {

  /**
   * Measures for about the given time. The first call may take longer: it starts what is needed.
   */
  @FunctionalInterface
  interface Probe {
    Reading measure(Duration duration) throws IOException, InterruptedException;
  }
}
