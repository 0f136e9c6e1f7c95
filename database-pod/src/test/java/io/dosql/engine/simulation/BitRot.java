package io.dosql.engine.simulation;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.log.CorruptLogException;
import io.dosql.engine.simulation.TenantModel.View;
import io.dosql.engine.sqlite.SqliteConnection;
import io.dosql.engine.sqlite.SqliteException;
import io.dosql.engine.tenant.Tenant;
import io.dosql.engine.tenant.TenantName;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Flips one bit in a copy of the volume, and opens the engine there. A bit of a sealed segment or
 * of a state file must be found out, or make no difference. In a database file SQLite has no
 * checksums: what its structure does not tell is served as it is; yet never an older state as if it
 * were the newest, and nobody else suffers.
 */
final class BitRot {

  private final Simulation simulation;
  private final EngineProcess.Environment environment;
  private final Random random;
  private final Volume volume;
  private String path = "";

  BitRot(Simulation simulation, EngineProcess.Environment environment) {
    this.simulation = simulation;
    this.environment = environment;
    this.random = simulation.random();
    this.volume = simulation.volume().copy(random);
  }

  void run() throws Exception {
    List<String> files = candidates();
    if (files.isEmpty()) {
      return;
    }
    path = files.get(random.nextInt(files.size()));
    long size = volume.size(path);
    if (size == 0) {
      return;
    }
    // Half of the time near the begin, where headers are.
    long offset = random.nextLong(random.nextBoolean() ? size : Math.min(size, 4096));
    volume.rot(path, offset, random.nextInt(8));
    simulation.mount(volume);
    try {
      simulation.onThread(volume, this::open);
    } finally {
      simulation.mount(simulation.volume());
    }
  }

  /** Sealed segments, state files, database files. */
  private List<String> candidates() throws IOException {
    List<String> files = new ArrayList<>();
    List<String> segments = new ArrayList<>();
    if (volume.exists("/data/log")) {
      volume.list("/data/log").stream()
          .filter(name -> name.matches("[0-9a-f]{16}\\.log"))
          .forEach(name -> segments.add("/data/log/" + name));
      files.addAll(segments.subList(0, Math.max(0, segments.size() - 1)));
    }
    if (volume.exists("/data/tenants")) {
      for (String tenant : volume.list("/data/tenants")) {
        for (String name : List.of("state.json", "data.db")) {
          String file = "/data/tenants/" + tenant + "/" + name;
          if (volume.exists(file)) {
            files.add(file);
          }
        }
      }
    }
    return files;
  }

  private @Nullable Object open() throws IOException {
    EngineProcess process;
    try {
      process = EngineProcess.start(environment.on(volume, simulation.folderOn(volume)));
    } catch (CorruptLogException found) {
      if (!path.contains("/log/")) {
        throw new Violation("the log is said to be damaged, and " + path + " is", found);
      }
      simulation.statistics().rotFound++;
      return null;
    }
    for (String tenant : simulation.tenantNames()) {
      look(process, tenant);
    }
    return process;
  }

  private void look(EngineProcess process, String tenant) {
    TenantModel model = simulation.model(tenant);
    boolean isDamaged = path.contains("/log/") || path.contains("/" + tenant + "/");
    Tenant opened = process.tenants().tenants().get(new TenantName(tenant));
    try (Tenant.Use use = opened.use()) {
      View view =
          use.database()
              .readOnce(Duration.ofMinutes(5), connection -> read(model, connection.sqlite()));
      long lsn = use.database().lastLsn();
      compare(model, view, lsn, isDamaged);
    } catch (DosqlException | SqliteException | IllegalStateException | NotSound found) {
      if (!isDamaged) {
        throw new Violation(
            "%s is damaged, and tenant %s cannot be used".formatted(path, tenant), found);
      }
      simulation.statistics().rotFound++;
    }
  }

  /** What reading found is not a state of a tenant. */
  private static final class NotSound extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotSound(Violation cause) {
      super(cause);
    }
  }

  private static View read(TenantModel model, SqliteConnection sqlite) {
    try {
      return Checks.read(model, sqlite);
    } catch (Violation told) {
      throw new NotSound(told);
    }
  }

  private void compare(TenantModel model, View view, long lsn, boolean isDamaged) {
    try {
      model.check(view, model.floor());
      model.checkLsn(view, lsn);
      simulation.statistics().rotHarmless++;
    } catch (Violation differs) {
      if (!isDamaged || !path.endsWith("data.db") || model.isOlderState(view)) {
        throw new Violation("with a bit of " + path + " changed", differs);
      }
      simulation.statistics().rotUnseen++;
    }
  }
}
