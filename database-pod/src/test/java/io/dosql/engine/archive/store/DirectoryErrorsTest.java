package io.dosql.engine.archive.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DirectoryErrorsTest {

  private final DirectoryErrors errors = new DirectoryErrors(Path.of("/backups"));

  @Test
  void aFullVolumeOrAUsedUpQuotaIsToldAsSuch() {
    check(new IOException("No space left on device"), ErrorCode.STORAGE_FULL, "Enlarge");
    check(
        new FileSystemException("/backups/.tmp/x", null, "No space left on device"),
        ErrorCode.STORAGE_FULL,
        "Enlarge");
    check(new IOException("Disk quota exceeded"), ErrorCode.STORAGE_FULL, "Enlarge");
  }

  @Test
  void whatMayNotBeWrittenIsToldAsSuch() {
    check(
        new FileSystemException("/backups/.tmp/x", null, "Read-only file system"),
        ErrorCode.STORAGE_PERMISSION_DENIED,
        "so that it can be written");
    check(
        new AccessDeniedException("/backups/a"),
        ErrorCode.STORAGE_PERMISSION_DENIED,
        "Let the pod's user");
  }

  @Test
  void aMissingFolderAndOtherFailuresAreToldApart() {
    check(
        new DirectoryErrors.RootMissingException(Path.of("/backups")),
        ErrorCode.STORAGE_BUCKET_NOT_FOUND,
        "Create the folder");
    check(new IOException("Input/output error"), ErrorCode.STORAGE_UNAVAILABLE, "Check the volume");
  }

  private void check(IOException cause, ErrorCode code, String advice) {
    DosqlException failure = errors.translate("write", "a", cause);
    assertThat(failure.code()).isEqualTo(code);
    assertThat(failure.suggestion()).contains(advice);
    assertThat(failure).hasMessageContaining("/backups");
  }
}
