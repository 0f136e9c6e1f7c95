package io.dosql.engine.archive.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.archive.store.CountingStore.Get;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumingInputTest {

  private static final String KEY = "shop/object";

  private static final InputStream BROKEN =
      new InputStream() {
        @Override
        public int read() throws IOException {
          throw new IOException("the connection is gone");
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
          return read();
        }
      };

  @TempDir Path root;
  private CountingStore store;

  @BeforeEach
  void writeOne() {
    store = new CountingStore(new DirectoryObjectStore(root));
    assertThat(store.putIfAbsent(KEY, ObjectContent.of("0123456789".getBytes(UTF_8)), Map.of()))
        .isEqualTo(PutResult.CREATED);
  }

  private static String read(InputStream in) throws IOException {
    try (in) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }

  @Test
  void aRangeIsAskedForAsItIs() throws Exception {
    assertThat(read(new ResumingInput(store, KEY, 2, 5))).isEqualTo("23456");
    assertThat(store.gets()).containsExactly(new Get(KEY, 2, 5));
  }

  @Test
  void aRangeEndsWithItsObject() throws Exception {
    assertThat(read(new ResumingInput(store, KEY, 7, 100))).isEqualTo("789");
    assertThat(read(new ResumingInput(store, KEY, 10, 1))).isEmpty();
  }

  @Test
  void theWholeObjectIsAskedForWithoutABound() throws Exception {
    assertThat(read(new ResumingInput(store, KEY))).isEqualTo("0123456789");
    assertThat(store.gets()).containsExactly(new Get(KEY, 0, CountingStore.TO_THE_END));
  }

  @Test
  void ofARangeThatBrokeOffOnlyTheRestIsAskedFor() throws Exception {
    CountingStore breaking = breakingAfter(3);
    assertThat(read(new ResumingInput(breaking, KEY, 1, 8))).isEqualTo("12345678");
    assertThat(breaking.gets())
        .containsExactly(new Get(KEY, 1, 8), new Get(KEY, 4, 5), new Get(KEY, 7, 2));
    assertThat(breaking.open()).isZero();
  }

  @Test
  void aTransferThatNeverGetsOnFails() {
    CountingStore breaking = breakingAfter(0);
    assertThatThrownBy(() -> read(new ResumingInput(breaking, KEY, 1, 8)))
        .isInstanceOfSatisfying(
            DosqlException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_UNAVAILABLE))
        .hasMessageContaining(KEY);
    assertThat(breaking.gets()).hasSize(ResumingInput.FRUITLESS_ATTEMPTS_MAX);
  }

  @Test
  void anEmptyRangeIsRefused() {
    for (List<Integer> range : List.of(List.of(0, 0), List.of(-1, 1))) {
      assertThatThrownBy(() -> new ResumingInput(store, KEY, range.getFirst(), range.getLast()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** Each transfer breaks off after some bytes. */
  private CountingStore breakingAfter(int bytes) {
    return new CountingStore(
        store, (get, whole) -> new SequenceInputStream(begin(whole, bytes), BROKEN));
  }

  private static InputStream begin(InputStream whole, int bytes) {
    try (whole) {
      return new ByteArrayInputStream(whole.readNBytes(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException("a file broke off", e);
    }
  }
}
