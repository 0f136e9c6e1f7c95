package io.dosql.engine.tenant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A tenant's folder and what lies in it. */
record TenantFiles(Path folder) {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  private static final int VERSION = 1;

  /**
   * What is durable outside the log; replaced whole after each complete checkpoint.
   *
   * @param version of this file's format
   * @param checkpointedLsn the database file holds all commits up to this one
   * @param databasePages size of the database file, in pages; 0: no file counts, the tenant is
   *     empty as of that LSN, which is 0 unless tenants were deleted before it was made
   * @param schemaVersion the newest migration that the database file has, "" for none; null when
   *     not known, as after a recovery
   */
  record State(
      int version, long checkpointedLsn, long databasePages, @Nullable String schemaVersion) {

    static final State NEW = new State(VERSION, 0, 0, "");

    State(long checkpointedLsn, long databasePages, @Nullable String schemaVersion) {
      this(VERSION, checkpointedLsn, databasePages, schemaVersion);
    }
  }

  Path database() {
    return folder.resolve("data.db");
  }

  Path wal() {
    return folder.resolve("data.db-wal");
  }

  Path sharedMemory() {
    return folder.resolve("data.db-shm");
  }

  private Path stateFile() {
    return folder.resolve("state.json");
  }

  /** Makes the folder, durably. */
  void create() throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
      DurableFiles.syncFolderOf(folder);
    }
  }

  /** Makes durable that the folder and what lies in it are there, by these names. */
  void syncNames() throws IOException {
    DurableFiles.syncFolder(folder);
    DurableFiles.syncFolderOf(folder);
  }

  State readState() throws IOException {
    byte[] content;
    try {
      content = Files.readAllBytes(stateFile());
    } catch (NoSuchFileException nothingCheckpointedYet) {
      return State.NEW;
    }
    State state;
    try {
      state = JSON.readValue(content, State.class);
    } catch (JsonProcessingException malformed) {
      throw new DamagedTenantException(
          stateFile() + " is damaged: " + malformed.getOriginalMessage(), malformed);
    }
    if (state.version() != VERSION) {
      throw new IOException(
          "%s has format version %d; this engine reads version %d"
              .formatted(stateFile(), state.version(), VERSION));
    }
    return state;
  }

  /** Durable on return. */
  void writeState(State state) throws IOException {
    DurableFiles.replace(stateFile(), JSON.writeValueAsBytes(state));
  }

  /** Bytes of the database file and its WAL; 0 for what is not there. */
  long sizeBytes() {
    return size(database()) + size(wal());
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException absent) {
      return 0;
    }
  }
}
