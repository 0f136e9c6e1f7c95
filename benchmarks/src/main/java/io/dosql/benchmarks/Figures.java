package io.dosql.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The readings of all rounds. */
final class Figures {

  private final Map<String, List<Reading>> byMeasurement = new LinkedHashMap<>();

  void add(String measurement, Reading reading) {
    byMeasurement.computeIfAbsent(measurement, absent -> new ArrayList<>()).add(reading);
  }

  /** Of each round, in order; empty if there are none. */
  List<Reading> of(String measurement) {
    return byMeasurement.getOrDefault(measurement, List.of());
  }

  List<Double> rates(String measurement) {
    return of(measurement).stream().map(Reading::perSecond).toList();
  }

  /** The ratio of each round. */
  List<Double> ratios(Row.Ratio row) {
    return ratios(rates(row.subject()), rates(row.baseline()));
  }

  /** The ratio of each round. */
  List<Double> ratios(Row.Delay row) {
    return ratios(medianTimes(row.subject()), medianTimes(row.baseline()));
  }

  private List<Double> medianTimes(String measurement) {
    return of(measurement).stream().map(reading -> (double) reading.p50Micros()).toList();
  }

  private static List<Double> ratios(List<Double> subject, List<Double> baseline) {
    List<Double> ratios = new ArrayList<>();
    for (int round = 0; round < Math.min(subject.size(), baseline.size()); round++) {
      ratios.add(subject.get(round) / baseline.get(round));
    }
    return ratios;
  }

  List<Double> times(String measurement) {
    return of(measurement).stream().flatMap(reading -> reading.timesMillis().stream()).toList();
  }
}
