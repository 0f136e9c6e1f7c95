package io.dosql.engine.simulation;

import io.dosql.engine.log.CommitLog;
import io.dosql.engine.log.DirectoryLogStorage;
import io.dosql.engine.log.LogOptions;
import io.dosql.engine.log.SimulatedLog;
import io.dosql.engine.session.Sessions;
import io.dosql.engine.session.TenantSessions;
import io.dosql.engine.tenant.DiskGuard;
import io.dosql.engine.tenant.SimulatedTenants;
import io.dosql.engine.tenant.TenantLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** One life of the engine: what a pod wires of log, tenants and sessions, on a simulated volume. */
final class EngineProcess {

  private final CommitLog log;
  private final SimulatedTenants tenants;
  private final Sessions sessions;

  private EngineProcess(CommitLog log, SimulatedTenants tenants) {
    this.log = log;
    this.tenants = tenants;
    this.sessions = new TenantSessions(tenants.tenants(), log);
  }

  /** What all lives of a simulation have in common. */
  record Environment(
      Random random,
      Volume volume,
      Path folder,
      SimulatedClock clock,
      Scheduler scheduler,
      LogOptions options,
      TenantLimits limits) {

    /** The same on another volume. */
    Environment on(Volume other, Path folderThere) {
      return new Environment(random, other, folderThere, clock, scheduler, options, limits);
    }
  }

  /** Starts on what the volume holds, in the order in which the pod does. */
  static EngineProcess start(Environment environment) throws IOException {
    Path logFolder = Files.createDirectories(environment.folder().resolve("log"));
    CommitLog log =
        SimulatedLog.open(
            environment.options(),
            new DirectoryLogStorage(logFolder),
            failure -> environment.volume().end(),
            environment.clock(),
            environment.random()::nextLong,
            environment.scheduler().threadFactory());
    try {
      SimulatedTenants tenants =
          SimulatedTenants.open(
              environment.folder().resolve("tenants"),
              log,
              environment.limits(),
              new DiskGuard(environment.folder(), environment.limits().diskReserveBytes()),
              environment.scheduler().threadFactory(),
              environment.clock(),
              environment.clock());
      return new EngineProcess(log, tenants);
    } catch (IOException | RuntimeException failure) {
      closeQuietly(log);
      throw failure;
    }
  }

  private static void closeQuietly(CommitLog log) {
    try {
      log.close();
    } catch (IOException alreadyEnded) {
      // Only its memory matters.
    }
  }

  CommitLog log() {
    return log;
  }

  SimulatedTenants tenants() {
    return tenants;
  }

  Sessions sessions() {
    return sessions;
  }

  /** As the pod does when it is asked to stop. */
  void stop() throws IOException {
    tenants.tenants().close();
    log.close();
  }

  /** Frees what the process has of native memory, after its end. */
  void bury() {
    tenants.tenants().close();
    closeQuietly(log);
  }
}
