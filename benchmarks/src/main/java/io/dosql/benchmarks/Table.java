package io.dosql.benchmarks;

import java.util.List;
import java.util.Locale;

/** The outcome as Markdown. */
final class Table {

  private static final String REACHED = "reached";
  private static final String FALLS_SHORT = "**falls short**";
  private static final double SLOW_DISK_MAX_PER_SECOND = 1000;

  private final StringBuilder text = new StringBuilder();

  private Table() {}

  static String write(
      Machine machine,
      List<String> conditions,
      List<Measurement> measurements,
      List<Row> rows,
      Figures figures) {
    Table table = new Table();
    machine.lines().forEach(line -> table.line("- " + line));
    conditions.forEach(line -> table.line("- " + line));
    table.line("");
    table.line("| what | against | median ratio | spread | to reach | |");
    table.line("| --- | --- | --- | --- | --- | --- |");
    rows.forEach(row -> table.row(row, figures));
    table.line("");
    table.line("| figure | median | spread | p50 | p99 |");
    table.line("| --- | --- | --- | --- | --- |");
    measurements.forEach(each -> table.figure(each, figures));
    return table.text.toString();
  }

  private void row(Row row, Figures figures) {
    switch (row) {
      case Row.Ratio ratio -> ratio(ratio, figures);
      case Row.Delay delay -> delay(delay, figures);
      case Row.Latency latency -> latency(latency, figures);
    }
  }

  private void ratio(Row.Ratio row, Figures figures) {
    List<Double> ratios = figures.ratios(row);
    if (ratios.isEmpty()) {
      return;
    }
    double median = Statistics.median(ratios);
    String verdict = row.target() == 0 ? "" : median >= row.target() ? REACHED : FALLS_SHORT;
    if (row.onSlowDiskOnly()) {
      double perSecond = Statistics.median(figures.rates(Suite.DISK));
      if (perSecond > SLOW_DISK_MAX_PER_SECOND) {
        verdict = "not judged: an fdatasync takes %s ms".formatted(decimals(2, 1000 / perSecond));
      }
    }
    cells(
        row.what(),
        row.against(),
        decimals(2, median),
        spread(ratios),
        row.target() == 0
            ? ""
            : "≥ " + decimals(1, row.target()) + (row.onSlowDiskOnly() ? ", from 1 ms on" : ""),
        verdict);
  }

  private void delay(Row.Delay row, Figures figures) {
    List<Double> ratios = figures.ratios(row);
    if (ratios.isEmpty()) {
      return;
    }
    double median = Statistics.median(ratios);
    cells(
        row.what(),
        row.against(),
        decimals(2, median),
        spread(ratios),
        "≤ " + decimals(1, row.maxRatio()),
        median <= row.maxRatio() ? REACHED : FALLS_SHORT);
  }

  private static String spread(List<Double> ratios) {
    return decimals(2, Statistics.min(ratios)) + " to " + decimals(2, Statistics.max(ratios));
  }

  private void latency(Row.Latency row, Figures figures) {
    List<Double> times = figures.times(row.subject());
    if (times.isEmpty()) {
      return;
    }
    double p99 = Statistics.quantile(times, 0.99);
    cells(
        row.what(),
        times.size() + " wakings",
        "p99 " + decimals(1, p99) + " ms",
        decimals(1, Statistics.min(times)) + " to " + decimals(1, Statistics.max(times)) + " ms",
        "≤ " + decimals(0, row.maxMillis()) + " ms",
        p99 <= row.maxMillis() ? REACHED : FALLS_SHORT);
  }

  private void figure(Measurement measurement, Figures figures) {
    List<Reading> readings = figures.of(measurement.id());
    List<Double> rates = figures.rates(measurement.id());
    List<Double> times = figures.times(measurement.id());
    if (readings.isEmpty()) {
      return;
    }
    if (!times.isEmpty()) {
      cells(
          measurement.what(),
          "",
          "",
          decimals(1, Statistics.quantile(times, 0.5)) + " ms",
          decimals(1, Statistics.quantile(times, 0.99)) + " ms");
      return;
    }
    cells(
        measurement.what(),
        decimals(0, Statistics.median(rates)) + "/s",
        decimals(0, Statistics.min(rates)) + " to " + decimals(0, Statistics.max(rates)),
        millis(readings.stream().map(each -> (double) each.p50Micros()).toList()),
        millis(readings.stream().map(each -> (double) each.p99Micros()).toList()));
  }

  private static String millis(List<Double> micros) {
    double median = Statistics.median(micros);
    return median == 0 ? "" : decimals(1, median / 1000) + " ms";
  }

  private static String decimals(int count, double value) {
    return String.format(Locale.ROOT, "%,." + count + "f", value);
  }

  private void cells(String... cells) {
    line("| " + String.join(" | ", cells) + " |");
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
