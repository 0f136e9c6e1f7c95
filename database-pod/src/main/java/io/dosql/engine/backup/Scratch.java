package io.dosql.engine.backup;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder for copies of tenants in progress, which is emptied when the pod starts. */
record Scratch(Path folder) {

  /** Longest time for the copy of one tenant, in either direction. */
  static final Duration COPY_MAX = Duration.ofMinutes(30);

  private static final Logger LOG = LoggerFactory.getLogger(Scratch.class);

  /** A name that nobody else has; the file is not made. */
  Path newDatabase(String purpose) {
    return folder.resolve(purpose + "-" + UUID.randomUUID() + ".db");
  }

  /** Deletes a database with what SQLite put beside it. */
  static void delete(Path database) {
    for (String end : List.of("", "-wal", "-shm", "-journal")) {
      try {
        Files.deleteIfExists(database.resolveSibling(database.getFileName() + end));
      } catch (IOException leftForTheNextStart) {
        LOG.warn("{} could not be deleted", database, leftForTheNextStart);
      }
    }
  }

  static DosqlException failure(String doing, String tenant, IOException failure) {
    return new DosqlException(
            ErrorCode.RESOURCE_EXHAUSTED,
            "%s tenant %s failed on the pod's disk: %s"
                .formatted(doing, tenant, failure.getMessage()),
            failure)
        .withSuggestion("See to it that the volume has room for a copy of the tenant.");
  }
}
