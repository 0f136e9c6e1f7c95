package io.dosql.engine.tenant;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The platform threads on which all SQLite calls of the pod run: a native call holds its carrier,
 * so virtual threads only wait for these.
 *
 * @param writers run the tenants' strands: writes, opening, checkpoints
 * @param readers run reads, so that a long one never delays a commit
 */
public record Pools(ExecutorService writers, ExecutorService readers) implements AutoCloseable {

  private static final int THREADS_PER_CORE = 2;

  /** Threads for this machine. Queues are bounded by who may submit: see the tenants' limits. */
  public static Pools forThisMachine() {
    int threads = Math.max(4, THREADS_PER_CORE * Runtime.getRuntime().availableProcessors());
    return new Pools(pool("writer", threads), pool("reader", threads));
  }

  private static ExecutorService pool(String name, int threads) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().name(name + "-", 0).daemon().factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  @Override
  public void close() {
    writers.close();
    readers.close();
  }
}
