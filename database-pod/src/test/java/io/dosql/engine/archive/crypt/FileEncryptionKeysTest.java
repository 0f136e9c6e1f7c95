package io.dosql.engine.archive.crypt;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileEncryptionKeysTest {

  private static final EncryptionKey FIRST = FixedKeys.key("first", 1);
  private static final EncryptionKey SECOND = FixedKeys.key("second", 2);

  @TempDir Path folder;
  private FileEncryptionKeys keys = new FileEncryptionKeys(Path.of(""));

  @BeforeEach
  void openFolder() {
    keys = new FileEncryptionKeys(folder);
  }

  @Test
  void aKeyIsItsBytesOrTheirBase64WithALineEnd() throws Exception {
    Files.write(folder.resolve("first"), FIRST.secret());
    Files.writeString(folder.resolve("second"), base64(SECOND.secret()) + "\r\n");

    assertThat(keys.named("first")).isEqualTo(FIRST);
    assertThat(keys.named("second")).isEqualTo(SECOND);
  }

  @Test
  void anotherActiveKeyCountsAtOnceAndTheFormerOneStays() throws Exception {
    Files.write(folder.resolve("first"), FIRST.secret());
    Files.writeString(folder.resolve("active"), "first\n");
    assertThat(keys.active()).isEqualTo(FIRST);

    Files.write(folder.resolve("second"), SECOND.secret());
    Files.writeString(folder.resolve("active"), "second");

    assertThat(keys.active()).isEqualTo(SECOND);
    assertThat(keys.named("first")).isEqualTo(FIRST);
  }

  @Test
  void whatIsMissingIsNamed() throws Exception {
    check(keys::active, "There is no encryption key " + folder.resolve("active") + ".");
    Files.writeString(folder.resolve("active"), "first");
    check(keys::active, "There is no encryption key " + folder.resolve("first") + ".");
  }

  @Test
  void weakShortAndLongKeysAreRefused() throws Exception {
    for (byte[] bad :
        new byte[][] {
          "correct horse battery staple 1234".substring(0, 32).getBytes(US_ASCII),
          new byte[31],
          new byte[33],
          new byte[0],
          base64(new byte[16]).getBytes(US_ASCII),
          "0123456789abcdef".repeat(4).getBytes(US_ASCII)
        }) {
      Files.write(folder.resolve("first"), bad);
      check(
          () -> keys.named("first"),
          folder.resolve("first") + " is no key: it must hold 32 random bytes, or their base64.");
    }
    Files.write(folder.resolve("first"), new byte[5000]);
    check(() -> keys.named("first"), folder.resolve("first") + " has more than 4096 bytes.");
  }

  @Test
  void anObjectsNameOfAKeyCannotLeaveTheFolder() throws Exception {
    Path outside =
        Files.write(folder.resolveSibling("outside-" + folder.getFileName()), FIRST.secret());
    try {
      check(() -> keys.named("../" + outside.getFileName()), "cannot be the name of a key");
      check(() -> keys.named(""), "cannot be the name of a key");
      check(() -> keys.named("active"), "cannot be the name of a key");
    } finally {
      Files.delete(outside);
    }
    Files.writeString(folder.resolve("active"), "../x");
    check(keys::active, folder.resolve("active") + " does not hold the name of a key");
  }

  @Test
  void theSecretIsNotPrinted() {
    assertThat(FIRST.toString()).isEqualTo("EncryptionKey[first]");
  }

  private static void check(ThrowingCallable call, String message) {
    DosqlException failure = catchThrowableOfType(DosqlException.class, call);
    assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_ENCRYPTION_MISMATCH);
    assertThat(failure).hasMessageContaining(message);
    assertThat(failure.suggestion()).contains("Secret").contains("active");
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
