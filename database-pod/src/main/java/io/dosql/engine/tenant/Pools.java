package io.dosql.engine.tenant;

import java.util.concurrent.Executor;

/**
 * The platform threads on which all SQLite calls of the pod run: a native call holds its carrier,
 * so virtual threads only wait for these.
 */
public abstract class Pools implements AutoCloseable {

  Pools() {}

  /** Threads for this machine. Queues are bounded by who may submit: see the tenants' limits. */
  public static Pools forThisMachine() {
    return FairPools.forCores(Runtime.getRuntime().availableProcessors());
  }

  /** Runs a tenant's strand: its writes, its opening, its checkpoints. */
  abstract Executor writersOf(TenantName tenant);

  /** Runs a tenant's reads, so that a long one never delays a commit. */
  abstract Executor readersOf(TenantName tenant);

  /** Ends waits for what these threads do. */
  abstract Alarms alarms();

  /** Called from time to time by maintenance. */
  abstract void takeTurnsOfTheStuck();

  /** Returns when all that was submitted has ended. */
  @Override
  public abstract void close();
}
