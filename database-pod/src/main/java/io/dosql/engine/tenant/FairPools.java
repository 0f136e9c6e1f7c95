package io.dosql.engine.tenant;

import java.time.Duration;
import java.util.concurrent.Executor;

/** Pools of which each tenant has its fair share. */
final class FairPools extends Pools {

  private static final int TURNS_PER_CORE = 2;
  private static final int THREADS_PER_TURN = 8;

  /** Long against a change of threads, some ten microseconds, and short against a round trip. */
  private static final Duration SLICE = Duration.ofMillis(1);

  private static final Duration OVERDUE = SLICE.multipliedBy(10);

  private final FairPool writers;
  private final FairPool readers;
  private final WheelAlarms alarms = new WheelAlarms();

  FairPools(FairPool.Shares writers, FairPool.Shares readers) {
    this.writers = new FairPool("writer", writers);
    this.readers = new FairPool("reader", readers);
  }

  static FairPools forCores(int cores) {
    int turns = Math.max(4, TURNS_PER_CORE * cores);
    int begun = THREADS_PER_TURN * turns;
    // A tenant's strand is one job at a time.
    FairPool.Shares strands = new FairPool.Shares(turns, 1, 1, begun, SLICE, OVERDUE);
    // Half of the turns keep all cores busy, and leave the other half to others.
    FairPool.Shares reads = new FairPool.Shares(turns, turns / 2, 2 * turns, begun, SLICE, OVERDUE);
    return new FairPools(strands, reads);
  }

  @Override
  Executor writersOf(TenantName tenant) {
    return writers.of(tenant);
  }

  @Override
  Executor readersOf(TenantName tenant) {
    return readers.of(tenant);
  }

  @Override
  Alarms alarms() {
    return alarms;
  }

  @Override
  void takeTurnsOfTheStuck() {
    writers.takeTurnsOfTheStuck();
    readers.takeTurnsOfTheStuck();
  }

  @Override
  public void close() {
    writers.close();
    readers.close();
    alarms.close();
  }
}
