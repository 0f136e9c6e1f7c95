package io.dosql.quickstart;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Shows steps as they go: on a terminal one line that lives, then a line for each step that is
 * done; elsewhere lines only. Thread-safe.
 */
final class Display {

  private static final Duration REDRAW = Duration.ofMillis(120);

  /** Without a terminal, what a long step waits for is said this often. */
  private static final Duration REMIND = Duration.ofSeconds(10);

  private static final String[] SPINNER = {"|", "/", "-", "\\"};
  private static final String ERASE_LINE = "\r\u001b[K";
  private static final int DETAIL_LENGTH_MAX = 60;

  private final PrintWriter out;
  private final boolean terminal;

  Display(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** What a step does. */
  @FunctionalInterface
  interface Work {

    /**
     * @return what has come of it, for people; may be empty
     */
    String run(Progress progress) throws QuickstartException, InterruptedException;
  }

  /** Takes what a step is about just now. */
  @FunctionalInterface
  interface Progress {
    void about(String detail);
  }

  /** Does a step, and shows how it goes and what came of it. */
  void step(String title, Work work) throws QuickstartException, InterruptedException {
    Line line = new Line(title);
    Thread painter = Thread.ofVirtual().name("display").start(line::paint);
    String result = null;
    try {
      result = work.run(line::about);
    } finally {
      painter.interrupt();
      painter.join();
      line.end(result);
    }
  }

  /** Prints lines between steps. */
  synchronized void print(String text) {
    out.println(text);
    out.flush();
  }

  private synchronized void draw(String text) {
    out.print(text);
    out.flush();
  }

  static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }

  private final class Line {

    private final String title;
    private final long begin = System.nanoTime();
    private volatile String detail = "";

    private Line(String title) {
      this.title = title;
    }

    private void about(String now) {
      detail = now;
    }

    private void paint() {
      try {
        for (int frame = 0; ; frame++) {
          Thread.sleep(terminal ? REDRAW : REMIND);
          String shown =
              detail.length() <= DETAIL_LENGTH_MAX
                  ? detail
                  : detail.substring(0, DETAIL_LENGTH_MAX - 3) + "...";
          String time = seconds(System.nanoTime() - begin);
          String text = detail.isEmpty() ? title : title + ": " + shown;
          if (terminal) {
            draw("%s%s %8s  %s".formatted(ERASE_LINE, SPINNER[frame % SPINNER.length], time, text));
          } else {
            print("...  %8s  %s".formatted(time, detail.isEmpty() ? title : title + ": " + detail));
          }
        }
      } catch (InterruptedException e) {
        // The step has ended.
      }
    }

    private void end(@Nullable String result) {
      String time = seconds(System.nanoTime() - begin);
      String mark = result == null ? "FAIL" : "ok  ";
      String text = result == null || result.isEmpty() ? title : title + ": " + result;
      print("%s%s %8s  %s".formatted(terminal ? ERASE_LINE : "", mark, time, text));
    }
  }
}
