package io.dosql.engine.archive.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.log.TenantEntry.Extent;
import io.dosql.engine.archive.store.CountingStore;
import io.dosql.engine.archive.store.CountingStore.Get;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.ObjectContent;
import io.dosql.engine.archive.store.PutResult;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TenantPartsTest {

  private static final String KEY = "shop/object";
  private static final int GAP = TenantParts.GAP_BYTES_MAX;

  private final byte[] object = new byte[4 << 20];

  @TempDir Path root;
  private CountingStore store;

  @BeforeEach
  void writeOne() {
    store = new CountingStore(new DirectoryObjectStore(root));
    new Random(1).nextBytes(object);
    assertThat(store.putIfAbsent(KEY, ObjectContent.of(object), Map.of()))
        .isEqualTo(PutResult.CREATED);
  }

  private byte[] read(List<Extent> extents) throws Exception {
    try (InputStream in = new TenantParts(store, KEY, extents)) {
      return in.readAllBytes();
    }
  }

  private byte[] expected(List<Extent> extents) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Extent extent : extents) {
      bytes.write(object, (int) extent.offset(), extent.lengthBytes());
    }
    return bytes.toByteArray();
  }

  @Test
  void whatIsNearEachOther_isReadByOneRequest() throws Exception {
    List<Extent> extents = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      extents.add(new Extent(100 + i * 1000L, 10 + i % 500));
    }
    assertThat(read(extents)).isEqualTo(expected(extents));
    long end = extents.getLast().end();
    assertThat(store.gets()).containsExactly(new Get(KEY, 100, end - 100));
    assertThat(store.open()).isZero();
  }

  @Test
  void whatLiesFarBetween_isNotRead() throws Exception {
    List<Extent> extents =
        List.of(new Extent(10, 20), new Extent(30L + GAP, 5), new Extent(36L + 2 * GAP, 100_000));
    assertThat(read(extents)).isEqualTo(expected(extents));
    assertThat(store.gets())
        .containsExactly(new Get(KEY, 10, 25L + GAP), new Get(KEY, 36L + 2 * GAP, 100_000));
  }

  @Test
  void extentsOutOfOrder_areReadInTheirs() throws Exception {
    List<Extent> extents = List.of(new Extent(500, 10), new Extent(100, 10), new Extent(505, 10));
    assertThat(read(extents)).isEqualTo(expected(extents));
  }

  @Test
  void anObjectThatEndsEarlier_endsTheBytes() throws Exception {
    int size = object.length;
    List<Extent> inTheMiddle = List.of(new Extent(size - 5, 10), new Extent(size + 20, 10));
    assertThat(read(inTheMiddle)).isEqualTo(expected(List.of(new Extent(size - 5, 5))));
    List<Extent> between = List.of(new Extent(size - 5, 2), new Extent(size + 20, 10));
    assertThat(read(between)).isEqualTo(expected(List.of(new Extent(size - 5, 2))));
  }

  @Test
  void nothingIsAskedForBeforeItIsRead() throws Exception {
    try (InputStream in = new TenantParts(store, KEY, List.of(new Extent(0, 10)))) {
      assertThat(store.gets()).isEmpty();
      assertThat(in.readNBytes(3)).hasSize(3);
    }
    assertThat(store.open()).isZero();
    assertThat(read(List.of())).isEmpty();
  }
}
