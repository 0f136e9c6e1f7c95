package io.dosql.engine.tenant;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * The platform threads on which all SQLite calls of the pod run: a native call holds its carrier,
 * so virtual threads only wait for these. Each tenant has its fair share of them.
 */
public final class Pools implements AutoCloseable {

  private static final int TURNS_PER_CORE = 2;
  private static final int THREADS_PER_TURN = 8;

  /** Long against a change of threads, some ten microseconds, and short against a round trip. */
  private static final Duration SLICE = Duration.ofMillis(1);

  private final FairPool writers;
  private final FairPool readers;

  Pools(FairPool.Shares writers, FairPool.Shares readers) {
    this.writers = new FairPool("writer", writers);
    this.readers = new FairPool("reader", readers);
  }

  /** Threads for this machine. Queues are bounded by who may submit: see the tenants' limits. */
  public static Pools forThisMachine() {
    int turns = Math.max(4, TURNS_PER_CORE * Runtime.getRuntime().availableProcessors());
    // A tenant's strand is one job at a time.
    FairPool.Shares strands = new FairPool.Shares(turns, 1, 1, THREADS_PER_TURN * turns, SLICE);
    // Half of the turns keep all cores busy, and leave the other half to others.
    FairPool.Shares reads =
        new FairPool.Shares(turns, turns / 2, 2 * turns, THREADS_PER_TURN * turns, SLICE);
    return new Pools(strands, reads);
  }

  /** Runs a tenant's strand: its writes, its opening, its checkpoints. */
  Executor writersOf(TenantName tenant) {
    return writers.of(tenant);
  }

  /** Runs a tenant's reads, so that a long one never delays a commit. */
  Executor readersOf(TenantName tenant) {
    return readers.of(tenant);
  }

  /** Called from time to time by maintenance. */
  void takeTurnsOfTheStuck() {
    writers.takeTurnsOfTheStuck();
    readers.takeTurnsOfTheStuck();
  }

  @Override
  public void close() {
    writers.close();
    readers.close();
  }
}
