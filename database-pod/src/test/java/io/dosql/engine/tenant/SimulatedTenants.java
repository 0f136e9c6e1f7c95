package io.dosql.engine.tenant;

import io.dosql.engine.log.CommitLog;
import io.dosql.engine.sqlite.CheckpointMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Tenants that a simulation drives, and what it does to them behind the engine's back. */
public final class SimulatedTenants {

  private final Tenants tenants;
  private final Path folder;
  private final CommitLog log;

  private SimulatedTenants(Tenants tenants, Path folder, CommitLog log) {
    this.tenants = tenants;
    this.folder = folder;
    this.log = log;
  }

  /** Opens the tenants below a folder; each job of their pools gets a thread of the simulation. */
  public static SimulatedTenants open(
      Path folder,
      CommitLog log,
      TenantLimits limits,
      DiskGuard disk,
      ThreadFactory threads,
      LongSupplier nanoTime,
      InstantSource clock)
      throws IOException {
    TenantEnvironment environment =
        new TenantEnvironment(
            folder,
            log,
            new SimulatedPools(threads),
            limits,
            disk,
            new WriteStop(),
            new LongAdder(),
            nanoTime,
            clock,
            new LostCommits(folder),
            RowChangeOptions.DEFAULT);
    return new SimulatedTenants(
        Tenants.openUntended(environment, new Tenants.TenantAdmission(true, Set.of())),
        folder,
        log);
  }

  /** Each job has a thread of the simulation, which decides whose turn it is. */
  private static final class SimulatedPools extends Pools {
    private final ExecutorService jobs;

    SimulatedPools(ThreadFactory threads) {
      this.jobs = Executors.newThreadPerTaskExecutor(threads);
    }

    @Override
    Executor writersOf(TenantName tenant) {
      return jobs;
    }

    @Override
    Executor readersOf(TenantName tenant) {
      return jobs;
    }

    /** Nobody there gives up before the end of time. */
    @Override
    Alarms alarms() {
      return (time, action) -> () -> {};
    }

    @Override
    void takeTurnsOfTheStuck() {}

    @Override
    public void close() {
      jobs.close();
    }
  }

  public Tenants tenants() {
    return tenants;
  }

  /** One round of maintenance. */
  public void maintain() {
    tenants.maintain();
  }

  /** Closes a tenant that nobody uses. */
  public CompletableFuture<?> sleep(TenantName name) {
    return tenants.get(name).sleep();
  }

  // ---- Sabotage: each breaks one of the rules that make the engine correct

  /** Copies the WAL into the database file without waiting for the log: breaks rule 2. */
  public void checkpointUnsettled(TenantName name) {
    Tenant tenant = tenants.find(name);
    TenantDatabase database = tenant == null ? null : tenant.databaseIfAwake();
    if (database != null) {
      TenantDatabase target = database;
      var _ =
          target
              .jobs()
              .onStrand(
                  () ->
                      target.write(
                          new Cancellation(),
                          connection ->
                              Connections.checkpointAndSync(
                                  connection.sqlite(), CheckpointMode.PASSIVE)));
    }
  }

  /** Says that the file holds what it does not: breaks rule 3. */
  public void moveRedoPointTooEarly(TenantName name) throws IOException {
    Tenant tenant = tenants.find(name);
    TenantDatabase database = tenant == null ? null : tenant.databaseIfAwake();
    if (database != null) {
      TenantFiles files = new TenantFiles(folder.resolve(name.value()));
      files.writeState(
          new TenantFiles.State(database.lastLsn(), files.readState().databasePages(), null));
    }
  }

  /** Lets the log go of what a tenant still needs: breaks rule 5. */
  public void releaseTooEarly(TenantName name) {
    Tenant tenant = tenants.find(name);
    TenantDatabase database = tenant == null ? null : tenant.databaseIfAwake();
    if (database != null) {
      log.checkpointed(name.value(), database.lastLsn());
    }
  }
}
