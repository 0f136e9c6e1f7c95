package io.dosql.engine.tenant;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/** What it costs to have something done on a tenant's strand, and to hear that it is done. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
public class HandOverBenchmark {

  private static final Duration LONG = Duration.ofSeconds(30);

  private final ExecutorService pool = Executors.newFixedThreadPool(4);
  private final Strand strand = new Strand(pool);
  private final WheelAlarms alarms = new WheelAlarms();
  private final WriteTurns turns =
      new WriteTurns(
          TenantName.MAIN,
          new WriterQueue(1_000),
          strand,
          new NoTransaction(),
          alarms,
          System::nanoTime);

  @TearDown(Level.Trial)
  public void end() {
    pool.close();
    alarms.close();
  }

  /** Nothing here shares one. */
  private static final class NoTransaction implements WriteGroup.Transaction {
    @Override
    public void begin() {}

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public boolean commit() {
      return true;
    }

    @Override
    public void rollBack() {}
  }

  /** One caller: there and back. */
  @Benchmark
  public Integer strand() {
    return Jobs.join(strand.submit(() -> 1));
  }

  /** Sixteen writers of one tenant, each waiting for its own write. */
  @Benchmark
  @Threads(16)
  public Integer turnAmongSixteen() {
    return turns.run(() -> 1, LONG);
  }
}
