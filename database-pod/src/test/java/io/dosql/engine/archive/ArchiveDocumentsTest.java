package io.dosql.engine.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchiveDocumentsTest {

  private static final String KEY = "backups/b/tenants/main.json";
  private static final long BEYOND_DOUBLES = (1L << 53) + 1;

  @TempDir private Path folder;
  private ArchiveDocuments documents;

  @BeforeEach
  void open() {
    documents =
        new ArchiveDocuments(new DirectoryObjectStore(folder), ArchiveLayout.forDirectory(""));
  }

  private static BackupManifest manifest(long lsn) {
    return new BackupManifest(
        BackupManifest.FORMAT_VERSION,
        "b",
        "main",
        "0123456789abcdef",
        lsn,
        Instant.parse("2026-11-25T10:00:00Z"),
        null,
        4096,
        500,
        "0".repeat(64),
        ArchiveLayout.forDirectory("").snapshot("0123456789abcdef", "main", lsn),
        List.of(new TableRows("t", 3)));
  }

  @Test
  void manifestIsReadAsItWasWritten() {
    BackupManifest written = manifest(BEYOND_DOUBLES);

    assertThat(documents.putIfAbsent(KEY, written)).isEqualTo(PutResult.CREATED);

    assertThat(read()).contains(written);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'databaseBytes\" : 4096' | 'databaseBytes\" : \"4096\"'",
        "'lsn\" : \"7\"' | 'lsn\" : 7'",
        "'lsn\" : \"7\"' | 'lsn\" : \"-7\"'",
        "'lsn\" : \"7\"' | 'lsn\" : \"99999999999999999999\"'",
        "'lsn\" : \"7\"' | 'lsn\" : null'",
      })
  void valueOfAnotherFormIsDamage(String from, String to) throws IOException {
    assertThat(documents.putIfAbsent(KEY, manifest(7))).isEqualTo(PutResult.CREATED);
    Path file = folder.resolve(KEY);
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));

    assertThatThrownBy(() -> read())
        .isInstanceOfSatisfying(
            DosqlException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_CHECKSUM_MISMATCH));
  }

  private Optional<BackupManifest> read() {
    return documents.find(
        KEY, BackupManifest.class, BackupManifest.FORMAT_VERSION, ArchiveDocuments.SMALL_BYTES_MAX);
  }
}
