package io.dosql.engine.tenant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** A tenant's folder and what lies in it. */
record TenantFiles(Path folder) {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
  private static final int VERSION = 2;

  /** The version before had no checksum, and is the same otherwise. */
  private static final int VERSION_WITHOUT_CHECKSUM = 1;

  private static final String CHECKSUM = "checksum";

  /**
   * What is durable outside the log; replaced whole after each complete checkpoint. In the file
   * there is a checksum besides: a digit that has changed would pass for another LSN.
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

  /** SQLite's rollback journal: it has one while it makes a new file a WAL database. */
  Path journal() {
    return folder.resolve("data.db-journal");
  }

  /** Row changes of a large transaction, until it ends; of no worth after a crash. */
  Path rowChanges() {
    return folder.resolve("row-changes.tmp");
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

  /** Makes durable that the state file which can be read now is the one of that name. */
  void syncStateName() throws IOException {
    if (Files.exists(stateFile())) {
      DurableFiles.syncFolder(folder);
    }
  }

  State readState() throws IOException {
    byte[] content;
    try {
      content = Files.readAllBytes(stateFile());
    } catch (NoSuchFileException nothingCheckpointedYet) {
      return State.NEW;
    }
    try {
      return parse(content);
    } catch (JsonProcessingException malformed) {
      throw damaged(malformed.getOriginalMessage(), malformed);
    }
  }

  private State parse(byte[] content) throws IOException {
    if (!(JSON.readTree(content) instanceof ObjectNode document)) {
      throw damaged("it holds no object", null);
    }
    JsonNode checksum = document.remove(CHECKSUM);
    State state = JSON.treeToValue(document, State.class);
    switch (state.version()) {
      case VERSION -> {
        String expected = checksum(state);
        if (checksum == null || !checksum.asText().equals(expected)) {
          throw damaged("its checksum is %s, not %s".formatted(checksum, expected), null);
        }
      }
      case VERSION_WITHOUT_CHECKSUM -> {
        if (checksum != null) {
          throw damaged("version 1 has no checksum", null);
        }
      }
      default ->
          throw new IOException(
              "%s has format version %d; this engine reads version %d"
                  .formatted(stateFile(), state.version(), VERSION));
    }
    return state;
  }

  private IOException damaged(String how, @Nullable Throwable cause) {
    return new DamagedTenantException(
        "%s is damaged: %s; restore the tenant from a backup".formatted(stateFile(), how), cause);
  }

  /** CRC-32C of the document without the checksum, in hex. */
  private static String checksum(State state) throws JsonProcessingException {
    CRC32C crc = new CRC32C();
    crc.update(JSON.writeValueAsBytes(state));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  /** Durable on return. */
  void writeState(State state) throws IOException {
    ObjectNode document = JSON.valueToTree(state);
    document.put(CHECKSUM, checksum(state));
    DurableFiles.replace(stateFile(), JSON.writeValueAsBytes(document));
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
