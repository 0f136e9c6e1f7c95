package io.dosql.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The page that keeps the newest table, between two marks. */
record Report(Path page) {

  private static final String BEGIN = "<!-- benchmarks: begin -->";
  private static final String END = "<!-- benchmarks: end -->";

  /** Replaces what is between the marks. */
  void replaceTable(String table) throws IOException {
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IOException(page + " lacks the marks " + BEGIN + " and " + END);
    }
    Files.writeString(
        page, text.substring(0, begin + BEGIN.length()) + "\n" + table + text.substring(end));
  }
}
