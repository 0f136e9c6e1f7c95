package io.dosql.engine.archive.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileS3CredentialsTest {

  @TempDir Path folder;

  @Test
  void lineEndsAreNoPartOfAKey() throws Exception {
    write("key\r\n", "sec ret\n");

    assertThat(new FileS3Credentials(folder).get()).isEqualTo(new S3Credentials("key", "sec ret"));
  }

  @Test
  void changedFilesTakeEffect() throws Exception {
    write("key", "old");
    FileS3Credentials credentials = new FileS3Credentials(folder);
    credentials.get();
    write("key", "new");

    assertThat(credentials.get().secretAccessKey()).isEqualTo("new");
  }

  @Test
  void aMissingOrEmptyOrHugeFileIsNamedWithTheKeysOfTheSecret() throws Exception {
    FileS3Credentials credentials = new FileS3Credentials(folder);
    check(credentials, "There is no file " + folder.resolve("accessKeyId") + ".");
    write("key", " \n");
    check(credentials, folder.resolve("secretAccessKey") + " is empty.");
    write("key", "x".repeat(5000));
    check(credentials, folder.resolve("secretAccessKey") + " has more than 4096 bytes.");
  }

  @Test
  void theSecretIsNotPrinted() {
    assertThat(new S3Credentials("key", "hidden").toString()).doesNotContain("hidden");
  }

  private static void check(FileS3Credentials credentials, String message) {
    DosqlException failure = catchThrowableOfType(DosqlException.class, credentials::get);
    assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_PERMISSION_DENIED);
    assertThat(failure).hasMessage(message);
    assertThat(failure.suggestion()).contains("accessKeyId").contains("secretAccessKey");
  }

  private void write(String key, String secret) throws Exception {
    Files.writeString(folder.resolve("accessKeyId"), key);
    Files.writeString(folder.resolve("secretAccessKey"), secret);
  }
}
