package io.dosql.benchmarks;

import io.dosql.engine.main.ConfigurationReader;
import io.dosql.engine.main.Engine;
import io.dosql.engine.main.InvalidConfigurationException;
import io.dosql.engine.session.Parameters;
import io.dosql.engine.session.RowSink;
import io.dosql.engine.session.SessionOptions;
import io.dosql.engine.session.Sessions;
import io.dosql.engine.session.SqlSession;
import io.dosql.engine.session.SqlStatement;
import io.dosql.engine.sqlite.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Durable inserts of many writers in one tenant, through the engine's sessions but without HTTP:
 * WRITERS SECONDS. The environment is a pod's.
 */
final class SessionWrites {

  private static final int WARM_UP_SECONDS = 4;

  private SessionWrites() {}

  public static void main(String[] arguments)
      throws InterruptedException, InvalidConfigurationException {
    int writers = Integer.parseInt(arguments[0]);
    long seconds = Long.parseLong(arguments[1]);
    try (Engine engine = Engine.start(ConfigurationReader.read(System.getenv()))) {
      Sessions sessions = engine.part(Sessions.class);
      try (SqlSession session = sessions.open("bench", SessionOptions.DEFAULT)) {
        session.executeScript("CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)");
        session.settle();
      }
      long _ = run(sessions, writers, WARM_UP_SECONDS);
      long start = System.nanoTime();
      long count = run(sessions, writers, seconds);
      System.out.printf("RESULT %d %d%n", count, (System.nanoTime() - start) / 1000);
    }
  }

  private static long run(Sessions sessions, int writers, long seconds)
      throws InterruptedException {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    AtomicLong count = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < writers; i++) {
      threads.add(Thread.ofVirtual().start(() -> write(sessions, end, count)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return count.get();
  }

  private static void write(Sessions sessions, long end, AtomicLong count) {
    try (SqlSession session = sessions.open("bench", SessionOptions.DEFAULT)) {
      while (System.nanoTime() - end < 0) {
        var _ =
            session.executeLast(
                new SqlStatement(
                    "INSERT INTO t (v) VALUES (?)",
                    new Parameters(
                        List.of(
                            new Value.Text(
                                "value-%08d-abcdefghijklmnopqrstuvwxyz0123456789"
                                    .formatted(count.get()))),
                        Map.of())),
                RowSink.NONE);
        session.settle();
        long _ = count.incrementAndGet();
      }
    }
  }
}
