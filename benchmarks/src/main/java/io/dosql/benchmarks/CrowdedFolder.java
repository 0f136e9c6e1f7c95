package io.dosql.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Fills the data directory of a pod that is stopped with copies of one of its tenants. */
final class CrowdedFolder {

  private CrowdedFolder() {}

  /** Copies the tenant {@code bench-0}, which a pod has checkpointed, to {@code bench-1} and on. */
  static void fill(Path data, int tenants) throws IOException {
    Path model = data.resolve("tenants/bench-0");
    byte[] database = Files.readAllBytes(model.resolve("data.db"));
    byte[] state = Files.readAllBytes(model.resolve("state.json"));
    for (int i = 1; i < tenants; i++) {
      Path copy = Files.createDirectories(data.resolve("tenants/bench-" + i));
      Files.write(copy.resolve("data.db"), database);
      Files.write(copy.resolve("state.json"), state);
    }
  }
}
