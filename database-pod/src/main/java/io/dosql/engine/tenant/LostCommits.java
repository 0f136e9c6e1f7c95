package io.dosql.engine.tenant;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The tenants that lost commits because the log was damaged, or may have. They are not served until
 * they are restored. Each has a small file, durable before the log lets go of what it was damaged
 * in, so that the loss stays known after restarts. Thread safe.
 */
public final class LostCommits {

  private static final String FOLDER = ".lost-commits";
  private static final String SUFFIX = ".json";
  private static final int VERSION = 1;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /**
   * What a tenant lost.
   *
   * @param version of this file's format
   * @param provenLsn the tenant's file holds all up to here
   * @param firstLsn the first commit that is missing
   * @param lastLsn the last one; the highest that it can be, unless {@code isExact}
   * @param isExact whether the log tells that just these are missing
   * @param description what is damaged: segment file, offset, expected, actual
   */
  public record Loss(
      int version,
      String tenant,
      long provenLsn,
      long firstLsn,
      long lastLsn,
      boolean isExact,
      String description) {

    Loss(io.dosql.engine.log.TenantLoss loss) {
      this(
          VERSION,
          loss.tenant(),
          loss.provenLsn(),
          loss.firstLsn(),
          loss.lastLsn(),
          loss.isExact(),
          loss.description());
    }

    /** What people are told of it. */
    String message() {
      return "%s; its file is kept as of LSN %d".formatted(description, provenLsn);
    }
  }

  private final Path folder;
  private final ConcurrentSkipListMap<TenantName, Loss> byName = new ConcurrentSkipListMap<>();

  /** Of the tenants whose folders are in {@code tenants}. */
  LostCommits(Path tenants) {
    this.folder = tenants.resolve(FOLDER);
  }

  /**
   * Reads what earlier processes have noted.
   *
   * @param tenants those that are there; what was noted of others, which have been deleted since,
   *     is forgotten
   */
  void load(Set<TenantName> tenants) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        Loss loss = JSON.readValue(Files.readAllBytes(file), Loss.class);
        if (loss.version() != VERSION) {
          throw new IOException(
              "%s has format version %d; this engine reads version %d"
                  .formatted(file, loss.version(), VERSION));
        }
        byName.put(new TenantName(loss.tenant()), loss);
      }
    }
    for (TenantName tenant : byName.keySet()) {
      if (!tenants.contains(tenant)) {
        remove(tenant);
      }
    }
  }

  /** By name. */
  public List<Loss> all() {
    return List.copyOf(byName.values());
  }

  /** From now on the tenant is not served; durable on return, and refused even if this fails. */
  void add(TenantName tenant, Loss loss) throws IOException {
    byName.put(tenant, loss);
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
      DurableFiles.syncFolderOf(folder);
    }
    DurableFiles.replace(file(tenant), JSON.writeValueAsBytes(loss));
  }

  /** The tenant is served again; durable on return. */
  void remove(TenantName tenant) throws IOException {
    if (Files.deleteIfExists(file(tenant))) {
      DurableFiles.syncFolder(folder);
    }
    byName.remove(tenant);
  }

  private Path file(TenantName tenant) {
    return folder.resolve(tenant.value() + SUFFIX);
  }
}
