package io.dosql.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

/** What the log expects of every storage. */
abstract class LogStorageContract {

  abstract LogStorage storage();

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String read(LogFile file, long offset, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(length);
    SegmentReader.readFully(file, "file", offset, target);
    return new String(target.array(), StandardCharsets.US_ASCII);
  }

  private void write(String name, String text) throws IOException {
    try (LogFile file = storage().create(name)) {
      SegmentMaker.writeFully(file, name, 0, bytes(text));
      file.sync();
    }
    storage().syncDirectory();
  }

  @Test
  void aNewStorageIsEmpty() throws IOException {
    assertThat(storage().list()).isEmpty();
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    write("a", "0123456789");
    try (LogFile file = storage().openForReading("a")) {
      assertThat(file.sizeBytes()).isEqualTo(10);
      assertThat(read(file, 3, 4)).isEqualTo("3456");
    }
  }

  @Test
  void writesGoWhereTheyAreTold() throws IOException {
    write("a", "0123456789");
    try (LogFile file = storage().openForWriting("a")) {
      SegmentMaker.writeFully(file, "a", 8, bytes("xyz"));
      assertThat(file.sizeBytes()).isEqualTo(11);
      assertThat(read(file, 0, 11)).isEqualTo("01234567xyz");
    }
  }

  @Test
  void aReaderSeesWhatIsWrittenAfterItOpened() throws IOException {
    write("a", "0123456789");
    try (LogFile reader = storage().openForReading("a");
        LogFile writer = storage().openForWriting("a")) {
      SegmentMaker.writeFully(writer, "a", 0, bytes("abc"));
      assertThat(read(reader, 0, 4)).isEqualTo("abc3");
    }
  }

  @Test
  void readingAtTheEndSaysSo() throws IOException {
    write("a", "0123456789");
    try (LogFile file = storage().openForReading("a")) {
      assertThat(file.read(ByteBuffer.allocate(1), 10)).isEqualTo(-1);
      assertThatThrownBy(() -> read(file, 8, 4))
          .isInstanceOf(CorruptLogException.class)
          .hasMessageContaining("offset 10");
    }
  }

  @Test
  void aNameIsCreatedOnce() throws IOException {
    write("a", "1");
    assertThatThrownBy(() -> storage().create("a").close())
        .isInstanceOf(FileAlreadyExistsException.class);
  }

  @Test
  void aRenameMovesTheContent() throws IOException {
    write("a", "1");
    storage().rename("a", "b");
    assertThat(storage().list()).containsExactly("b");
  }

  @Test
  void aRenameReplacesNothing() throws IOException {
    write("a", "1");
    write("b", "2");
    assertThatThrownBy(() -> storage().rename("a", "b"))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(storage().list()).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void aDeletedFileStaysReadableForWhoHasItOpen() throws IOException {
    write("a", "0123456789");
    try (LogFile file = storage().openForReading("a")) {
      storage().delete("a");
      assertThat(read(file, 0, 3)).isEqualTo("012");
    }
    assertThat(storage().list()).isEmpty();
  }

  @Test
  void whatIsNotThereIsNamed() {
    assertThatThrownBy(() -> storage().openForReading("x").close())
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("x");
    assertThatThrownBy(() -> storage().openForWriting("x").close())
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> storage().delete("x")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> storage().rename("x", "y")).isInstanceOf(NoSuchFileException.class);
  }
}
