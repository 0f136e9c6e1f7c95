package io.dosql.benchmarks.hot;

import io.dosql.benchmarks.Tokens;
import io.dosql.engine.auth.AuthLimits;
import io.dosql.engine.auth.Authenticator;
import io.dosql.engine.auth.JwtAuthenticator;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Letting in a request whose token was found good before. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class TokenBenchmark {

  private Path folder = Path.of("");
  private Authenticator authenticator = Authenticator.anyone();
  private String header = "";

  @Setup(Level.Trial)
  public void prepare() throws IOException {
    folder = Files.createTempDirectory("tokens");
    Tokens tokens = Tokens.make(folder, "bench/bench");
    authenticator =
        JwtAuthenticator.open(
            List.of(tokens.jwks()),
            null,
            "bench/bench",
            AuthLimits.DEFAULT,
            Clock.systemUTC(),
            System::nanoTime,
            new CollectorRegistry(true));
    header = "Bearer " + tokens.token();
  }

  @TearDown(Level.Trial)
  public void delete() throws IOException {
    Files.delete(folder.resolve("jwks.json"));
    Files.delete(folder);
  }

  @Benchmark
  public Object knownToken() {
    return authenticator.authenticate(header);
  }
}
