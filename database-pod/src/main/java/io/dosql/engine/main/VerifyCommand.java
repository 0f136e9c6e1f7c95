package io.dosql.engine.main;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dosql.engine.archive.BackupCatalog;
import io.dosql.engine.backup.BackupVerifier;
import io.dosql.engine.backup.BackupVerifier.Failure;
import io.dosql.engine.backup.BackupVerifier.Verdict;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The command {@code verify BACKUP}: proves a backup by restoring it, in a process of its own, so
 * that the one that serves keeps its memory. Writes the verdict as JSON to the file that Kubernetes
 * shows as the container's termination message, and to the log.
 */
final class VerifyCommand {

  static final String NAME = "verify";

  private static final Logger LOG = LoggerFactory.getLogger(VerifyCommand.class);
  private static final int VERIFIED = 0;
  private static final int NOT_VERIFIED = 1;
  private static final String TERMINATION_LOG = "/dev/termination-log";

  /** Kubernetes cuts termination messages at 4,096 bytes; six texts and the rest fit in. */
  private static final int TEXT_CHARS_MAX = 400;

  private VerifyCommand() {}

  /**
   * Runs it.
   *
   * @param variables the environment: the store, as for the pod, and {@code DOSQL_DATA_DIR} for
   *     what is restored
   * @return the exit code: 0 if the backup was found good, else 1
   * @throws InvalidConfigurationException if there is no store
   */
  static int run(String backup, Map<String, String> variables)
      throws InvalidConfigurationException, IOException {
    EngineConfiguration.Store store = ConfigurationReader.readStore(variables);
    Path scratch =
        Files.createDirectories(
            Path.of(variables.getOrDefault("DOSQL_DATA_DIR", "/data")).resolve("scratch"));
    ArchiveStore archive =
        ArchiveStore.open(store, scratch)
            .orElseThrow(
                () ->
                    new InvalidConfigurationException(
                        List.of("DOSQL_STORE is 'none'. It must be s3 or directory.")));
    Verdict verdict;
    try (var opened = archive.store()) {
      verdict =
          new BackupVerifier(new BackupCatalog(opened, archive.layout()), scratch).verify(backup);
    }
    if (verdict.ok()) {
      LOG.info("backup {}: {}", backup, verdict.message());
    } else {
      LOG.error("backup {}: {}", backup, verdict.message());
    }
    Files.writeString(
        Path.of(variables.getOrDefault("DOSQL_TERMINATION_LOG", TERMINATION_LOG)),
        json(verdict),
        StandardCharsets.UTF_8);
    return verdict.ok() ? VERIFIED : NOT_VERIFIED;
  }

  private static String json(Verdict verdict) throws JsonProcessingException {
    return new ObjectMapper()
        .writeValueAsString(
            new Verdict(
                verdict.backup(),
                verdict.ok(),
                verdict.retryable(),
                shortened(verdict.message()),
                verdict.tenants(),
                verdict.verified(),
                verdict.failures().stream()
                    .map(
                        failure ->
                            new Failure(
                                failure.tenant(), failure.lsn(), shortened(failure.message())))
                    .toList()));
  }

  private static String shortened(String text) {
    return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX - 1) + "…";
  }
}
