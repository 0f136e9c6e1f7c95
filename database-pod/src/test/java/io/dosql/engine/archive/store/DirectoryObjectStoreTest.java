package io.dosql.engine.archive.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class DirectoryObjectStoreTest extends ObjectStoreContract {

  private Path root() {
    return folder.resolve("store");
  }

  @Override
  protected ObjectStore open() throws IOException {
    return new DirectoryObjectStore(Files.createDirectories(root()));
  }

  @Test
  void leftoversOfACrashAreNeverSeenAndGoWhenNobodyHasTouchedThemForAWhile() throws Exception {
    put("a/1", "one");
    Path leftover = Files.writeString(root().resolve(".tmp/object-123.tmp"), "half an obj");

    try (ObjectStore reopened = new DirectoryObjectStore(root(), Duration.ofMillis(1))) {
      assertThat(reopened.folders("")).containsExactly("a");
      assertThat(keys("", null)).containsExactly("a/1");
      await()
          .untilAsserted(
              () -> {
                assertThat(reopened.probe("x")).isEqualTo(new ProbeResult.Usable());
                assertThat(leftover).doesNotExist();
              });
    }

    assertThat(temporaryFiles()).isEmpty();
    assertThat(read("a/1", 0)).isEqualTo("one");
  }

  /** As an engine with another prefix does, or one that has not ended yet. */
  @Test
  void whatAnotherIsWritingStaysAlone() throws Exception {
    put("a/1", "one");
    Path half = Files.writeString(root().resolve(".tmp/object-123.tmp"), "half an obj");
    Files.setLastModifiedTime(half, FileTime.from(Instant.parse("2026-11-24T02:00:00Z")));

    try (ObjectStore another = new DirectoryObjectStore(root())) {
      assertThat(another.probe("x")).isEqualTo(new ProbeResult.Usable());
      another.putIfAbsent("b/1", ObjectContent.of("two".getBytes(UTF_8)), Map.of());
    }

    assertThat(half).exists();
  }

  @Test
  void contentThatChangedItsLengthIsNotStored() throws Exception {
    Path file = Files.writeString(folder.resolve("content"), "0123456789");
    ObjectContent content = ObjectContent.of(file);
    Files.writeString(file, "01234");

    assertThatThrownBy(() -> store.putIfAbsent("a", content, Map.of()))
        .isInstanceOf(DosqlException.class)
        .hasMessageContaining("5 bytes instead of 10");
    assertThat(store.head("a")).isEmpty();
    assertThat(temporaryFiles()).isEmpty();
  }

  @Test
  void aMissingFolderIsNamedAndHealsWhenItAppears() throws Exception {
    Path missing = folder.resolve("later");
    try (ObjectStore later = new DirectoryObjectStore(missing)) {
      assertThat(later.probe("x"))
          .asInstanceOf(InstanceOfAssertFactories.type(ProbeResult.Unusable.class))
          .satisfies(
              result -> {
                assertThat(result.code()).isEqualTo(ErrorCode.STORAGE_BUCKET_NOT_FOUND);
                assertThat(result.message()).contains(missing.toString());
                assertThat(result.suggestion()).contains("Create the folder");
              });
      assertThatThrownBy(() -> later.head("a"))
          .hasMessage("The backup folder " + missing + " does not exist.");
      assertThatThrownBy(() -> later.list("", null)).isInstanceOf(DosqlException.class);
      assertThat(missing).doesNotExist();

      Files.createDirectory(missing);
      assertThat(later.probe("x")).isEqualTo(new ProbeResult.Usable());
    }
  }

  @Test
  void whatIsInTheWayIsAnErrorAndNotOverwritten() throws Exception {
    Files.writeString(root().resolve("file"), "in the way");

    assertThatThrownBy(() -> put("file/below", "x"))
        .asInstanceOf(InstanceOfAssertFactories.type(DosqlException.class))
        .extracting(DosqlException::code)
        .isEqualTo(ErrorCode.STORAGE_UNAVAILABLE);
    assertThat(root().resolve("file")).hasContent("in the way");
  }

  @Test
  void litestreamsTimestampBecomesTheTimeOfTheFile() {
    Instant time = Instant.parse("2026-11-24T02:00:00.123Z");
    store.putIfAbsent(
        "a",
        ObjectContent.of(new byte[1]),
        Map.of(ObjectMetadata.LITESTREAM_TIMESTAMP, "2026-11-24T02:00:00.123Z"));

    assertThat(store.head("a").orElseThrow().lastModified()).isEqualTo(time);
  }

  @Test
  void deletingTheLastObjectRemovesItsFolders() {
    put("a/b/c/1", "one");
    put("a/2", "two");

    store.delete(List.of("a/b/c/1"));

    assertThat(root().resolve("a/b")).doesNotExist();
    assertThat(root().resolve("a/2")).exists();
  }

  @Test
  void aFolderIsNoObject() {
    put("a/b", "x");

    assertThat(store.head("a")).isEmpty();
    store.delete(List.of("a"));
    assertThat(keys("", null)).containsExactly("a/b");
  }

  private List<Path> temporaryFiles() throws IOException {
    try (Stream<Path> files = Files.list(root().resolve(".tmp"))) {
      return files.toList();
    }
  }
}
