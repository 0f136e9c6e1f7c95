package io.dosql.benchmarks;

import java.util.List;

/**
 * What one measurement of one round gave.
 *
 * @param perSecond operations a second; 0 where only times were taken
 * @param p50Micros the median operation's time; 0 where it was not taken
 * @param p99Micros likewise
 * @param timesMillis times of single operations, where each counts
 */
record Reading(double perSecond, long p50Micros, long p99Micros, List<Double> timesMillis) {

  Reading {
    timesMillis = List.copyOf(timesMillis);
  }

  static Reading rate(long operations, long micros) {
    return new Reading(operations * 1e6 / micros, 0, 0, List.of());
  }

  static Reading times(List<Double> millis) {
    return new Reading(0, 0, 0, millis);
  }
}
