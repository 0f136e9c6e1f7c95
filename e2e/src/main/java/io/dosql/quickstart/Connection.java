package io.dosql.quickstart;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * How to reach what runs; the content of {@code quickstart.json}, which scripts read.
 *
 * @param token of the data API; empty without authentication
 * @param store the folder that backups go to
 */
@JsonPropertyOrder({"url", "token", "adminUrl", "adminToken", "kubernetesUrl", "store"})
record Connection(
    @JsonProperty("url") String url,
    @JsonProperty("token") String token,
    @JsonProperty("adminUrl") String adminUrl,
    @JsonProperty("adminToken") String adminToken,
    @JsonProperty("kubernetesUrl") String kubernetesUrl,
    @JsonProperty("store") String store) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Whoever sees the file sees all of it; only the owner may read it. */
  void write(Path file) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    Files.deleteIfExists(temporary);
    Files.createFile(
        temporary,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(temporary, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
