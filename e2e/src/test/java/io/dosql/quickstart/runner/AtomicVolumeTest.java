package io.dosql.quickstart.runner;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicVolumeTest {

  @TempDir private Path folder;

  private static SortedMap<String, AtomicVolume.Content> files(Map<String, String> texts) {
    SortedMap<String, AtomicVolume.Content> files = new TreeMap<>();
    texts.forEach(
        (name, text) ->
            files.put(name, AtomicVolume.Content.of(text.getBytes(StandardCharsets.UTF_8), 0440)));
    return files;
  }

  private boolean write(Map<String, String> texts) throws IOException {
    return new AtomicVolume(folder).write(files(texts));
  }

  @Test
  void filesChangeByTheSwitchOfOneLink() throws IOException {
    assertThat(write(Map.of("key", "old", "token", "old"))).isTrue();
    Path generation = folder.resolve("..data").toRealPath();

    assertThat(write(Map.of("key", "new", "token", "new"))).isTrue();

    assertThat(folder.resolve("key")).hasContent("new");
    assertThat(folder.resolve("token")).hasContent("new");
    assertThat(folder.resolve("..data").toRealPath()).isNotEqualTo(generation);
    assertThat(Files.readSymbolicLink(folder.resolve("key"))).isEqualTo(Path.of("..data/key"));
    assertThat(generation).doesNotExist();
  }

  @Test
  void sameContentIsNoChange() throws IOException {
    assertThat(write(Map.of("key", "text"))).isTrue();
    Path generation = folder.resolve("..data").toRealPath();

    assertThat(write(Map.of("key", "text"))).isFalse();

    assertThat(folder.resolve("..data").toRealPath()).isEqualTo(generation);
  }

  @Test
  void anotherModeIsAChange() throws IOException {
    assertThat(write(Map.of("key", "text"))).isTrue();
    SortedMap<String, AtomicVolume.Content> files = new TreeMap<>();
    files.put("key", AtomicVolume.Content.of("text".getBytes(StandardCharsets.UTF_8), 0600));

    assertThat(new AtomicVolume(folder).write(files)).isTrue();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("key"))))
        .isEqualTo("rw-------");
  }

  @Test
  void modeIsThatOfTheSpecification() throws IOException {
    assertThat(write(Map.of("key", "text"))).isTrue();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("key"))))
        .isEqualTo("r--r-----");
  }

  @Test
  void fileThatIsNoLongerThereGoes() throws IOException {
    assertThat(write(Map.of("key", "text", "folder/other", "text"))).isTrue();

    assertThat(write(Map.of("key", "text"))).isTrue();

    try (Stream<Path> entries = Files.list(folder)) {
      assertThat(entries.map(entry -> entry.getFileName().toString()))
          .filteredOn(name -> !name.startsWith(".."))
          .containsExactly("key");
    }
  }

  @Test
  void emptyVolumeIsAFolder() throws IOException {
    assertThat(write(Map.of())).isTrue();

    assertThat(Files.isDirectory(folder.resolve("..data"))).isTrue();
    assertThat(Files.exists(folder.resolve("key"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }
}
