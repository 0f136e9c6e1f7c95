package io.dosql.benchmarks;

import java.util.List;

/** A line of the table: a claim, and what it takes to hold. */
sealed interface Row {

  String what();

  /** The measurements that it needs, by id. */
  List<String> needs();

  /**
   * One rate by another.
   *
   * @param target the least ratio; 0 where the row is only told
   * @param onSlowDiskOnly the target holds only where an fdatasync takes a millisecond or more
   */
  record Ratio(
      String what,
      String against,
      String subject,
      String baseline,
      double target,
      boolean onSlowDiskOnly)
      implements Row {

    Ratio(String what, String against, String subject, String baseline, double target) {
      this(what, against, subject, baseline, target, false);
    }

    @Override
    public List<String> needs() {
      return onSlowDiskOnly ? List.of(subject, baseline, Suite.DISK) : List.of(subject, baseline);
    }
  }

  /**
   * One median time by another.
   *
   * @param maxRatio the most that it may be
   */
  record Delay(String what, String against, String subject, String baseline, double maxRatio)
      implements Row {
    @Override
    public List<String> needs() {
      return List.of(subject, baseline);
    }
  }

  /** The 99th percentile of all times of a measurement, over all rounds. */
  record Latency(String what, String subject, double maxMillis) implements Row {
    @Override
    public List<String> needs() {
      return List.of(subject);
    }
  }
}
