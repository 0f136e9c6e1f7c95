package io.dosql.benchmarks.hot;

import io.dosql.engine.hrana.Encoding;
import io.dosql.engine.hrana.HranaLimits;
import io.dosql.engine.hrana.HranaService;
import io.dosql.engine.hrana.StreamOwner;
import io.dosql.engine.memory.BufferBudget;
import io.dosql.engine.session.CheckedStatement;
import io.dosql.engine.session.Client;
import io.dosql.engine.session.Description;
import io.dosql.engine.session.Durability;
import io.dosql.engine.session.Outcome;
import io.dosql.engine.session.PlanStep;
import io.dosql.engine.session.RequestTimeouts;
import io.dosql.engine.session.RowSink;
import io.dosql.engine.session.RowStream;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.session.SqlSession;
import io.dosql.engine.session.SqlStatement;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A pipeline of one statement, from its JSON to its answer's, without a database. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class HranaBenchmark {

  private static final StreamOwner OWNER = new StreamOwner("main", true);

  private final HranaService service =
      new HranaService(
          (tenant, options) -> new NoDatabase(),
          SessionOptions.DEFAULT,
          HranaLimits.DEFAULT,
          new BufferBudget(64 << 20, "The results", "maxResultBufferBytes"),
          System::nanoTime);
  private final byte[] pipeline =
      ("{\"baton\":null,\"requests\":[{\"type\":\"execute\",\"stmt\":{\"sql\":\"INSERT INTO t (v)"
              + " VALUES (?)\",\"args\":[{\"type\":\"text\",\"value\":\"value-00000042\"}]}},"
              + "{\"type\":\"close\"}]}")
          .getBytes(StandardCharsets.UTF_8);

  @TearDown(Level.Trial)
  public void close() {
    service.close();
  }

  @Benchmark
  public Object pipeline() {
    return service.pipeline(
        OWNER, RequestTimeouts.USUAL, Encoding.JSON, pipeline, Durability.STRICT, Client.STAYS);
  }

  /** Does nothing, successfully. */
  private static final class NoDatabase implements SqlSession {
    private static final Outcome ONE_ROW =
        new Outcome(0, 0, 1, 1, OptionalLong.of(42), Duration.ofNanos(1_000), 42);

    @Override
    public Outcome execute(SqlStatement statement, RowSink sink) {
      sink.columns(List.of());
      return ONE_ROW;
    }

    @Override
    public List<Outcome> executeAtomically(
        List<SqlStatement> statements, List<? extends RowSink> sinks) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void executeScript(String sql) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Description describe(String sql) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void check(String sql, Consumer<CheckedStatement> found) {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<PlanStep> explain(SqlStatement statement) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isAutocommit() {
      return true;
    }

    @Override
    public Optional<RowStream> stream(SqlStatement statement) {
      return Optional.empty();
    }

    @Override
    public void settle() {}

    @Override
    public void cancel() {}

    @Override
    public void close() {}
  }
}
