package io.dosql.engine.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchedFileTest {

  private static final long SECOND = 1_000_000_000L;

  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - SECOND);

  @TempDir
  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Path folder;

  @SuppressWarnings("NullAway.Init") // Set before each test.
  private Path link;

  @BeforeEach
  void makeLink() throws IOException {
    link = folder.resolve("link");
    point("a", "one");
  }

  /** As Kubernetes does: a new folder, and a link switched to it. */
  private void point(String name, String content) throws IOException {
    Path target = Files.writeString(folder.resolve(name), content);
    Path next = folder.resolve("next");
    Files.createSymbolicLink(next, target);
    Files.move(next, link, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }

  private WatchedFile<String> watched() throws IOException {
    return new WatchedFile<>(link, WatchedFileTest::parse, clock::get);
  }

  private static String parse(byte[] content) throws IOException {
    String text = new String(content, StandardCharsets.UTF_8);
    if (text.startsWith("bad")) {
      throw new IOException("bad");
    }
    return text;
  }

  @Test
  void change_isSeenAfterASecondNotBefore() throws Exception {
    WatchedFile<String> file = watched();
    point("b", "two");
    assertThat(file.current()).isEqualTo("one");
    clock.addAndGet(SECOND);
    assertThat(file.current()).isEqualTo("two");
  }

  @Test
  void badOrMissingContent_leavesTheOldUntilItIsGoodAgain() throws Exception {
    WatchedFile<String> file = watched();
    point("b", "bad");
    clock.addAndGet(SECOND);
    assertThat(file.current()).isEqualTo("one");
    Files.delete(link);
    clock.addAndGet(SECOND);
    assertThat(file.current()).isEqualTo("one");
    clock.addAndGet(SECOND);
    assertThat(file.current()).isEqualTo("one");
    point("c", "three");
    clock.addAndGet(SECOND);
    assertThat(file.current()).isEqualTo("three");
  }

  @Test
  void badContentAtTheStart_isAnError() throws Exception {
    point("b", "bad");
    assertThatThrownBy(this::watched).isInstanceOf(IOException.class);
    Files.delete(link);
    assertThatThrownBy(this::watched).isInstanceOf(IOException.class);
  }
}
