package io.dosql.engine.log;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Workers that do their work when a test says so, on its thread. */
final class ManualWorkers implements Worker.Factory {

  private final Map<String, Runnable> jobs = new HashMap<>();

  @Override
  public Worker start(String name, Runnable job) {
    jobs.put(name, job);
    return new Worker() {
      @Override
      public void wake() {}

      @Override
      public boolean finish(Runnable lastJob, Duration timeout) {
        job.run();
        lastJob.run();
        return true;
      }
    };
  }

  void flush() {
    Objects.requireNonNull(jobs.get("log-flusher")).run();
  }

  void keepHouse() {
    Objects.requireNonNull(jobs.get("log-housekeeper")).run();
  }
}
