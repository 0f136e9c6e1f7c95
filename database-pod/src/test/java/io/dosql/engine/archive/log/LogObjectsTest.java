package io.dosql.engine.archive.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dosql.engine.archive.ArchiveLayout;
import io.dosql.engine.archive.store.DirectoryObjectStore;
import io.dosql.engine.archive.store.FaultyObjectStore;
import io.dosql.engine.error.DosqlException;
import io.dosql.engine.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogObjectsTest {

  private static final ArchiveLayout LAYOUT = ArchiveLayout.forDirectory("shop");

  @TempDir Path root;
  private FaultyObjectStore store;
  private LogObjects objects;

  @BeforeEach
  void open() {
    store = new FaultyObjectStore(new DirectoryObjectStore(root));
    objects = new LogObjects(store, LAYOUT, "7f3a");
  }

  private void put(LongStream numbers) throws IOException {
    Files.createDirectories(root.resolve(LAYOUT.absolute(LAYOUT.logObjects("7f3a"))));
    for (long number : numbers.toArray()) {
      Files.createFile(root.resolve(objects.key(number)));
    }
  }

  @Test
  void aLineWithoutObjectsHasNoNewestOne() {
    assertThat(objects.last()).isEmpty();
  }

  @Test
  void theNewestOfAFewIsFoundByOneListing() throws Exception {
    put(LongStream.rangeClosed(1, 1000));
    assertThat(objects.last()).isEqualTo(OptionalLong.of(1000));
    assertThat(store.calls()).isEqualTo(1);
  }

  @Test
  void theNewestOfManyIsFoundByFewListings() throws Exception {
    put(LongStream.rangeClosed(1, 9_321));
    assertThat(objects.last()).isEqualTo(OptionalLong.of(9_321));
    assertThat(store.calls()).isLessThan(12);
  }

  @Test
  void whatRetentionDeletedIsNotMissed() throws Exception {
    put(LongStream.concat(LongStream.of(3, 17), LongStream.rangeClosed(40_000, 43_210)));
    assertThat(objects.last()).isEqualTo(OptionalLong.of(43_210));
    put(LongStream.of(1L << 40));
    assertThat(objects.last()).isEqualTo(OptionalLong.of(1L << 40));
    put(LongStream.of(Long.MAX_VALUE >>> 2));
    assertThat(objects.last()).isEqualTo(OptionalLong.of(Long.MAX_VALUE >>> 2));
  }

  @Test
  void objectsAreListedInOrderFromAnyNumberOn() throws Exception {
    put(LongStream.of(1, 9, 10, 16, 255, 256));
    assertThat(objects.listAfter(9).map(LogObjects.Stored::number).toList())
        .isEqualTo(List.of(10L, 16L, 255L, 256L));
  }

  @Test
  void aStrangerAmongThemIsRefusedByName() throws Exception {
    put(LongStream.of(1));
    Files.createFile(root.resolve(objects.key(1)).resolveSibling("zz.dlo"));
    assertThatThrownBy(objects::last)
        .isInstanceOfSatisfying(
            DosqlException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_CHECKSUM_MISMATCH))
        .hasMessageContaining("zz.dlo");
  }

  @Test
  void aMissingObjectIsToldAsMissing() {
    assertThatThrownBy(() -> objects.open(5))
        .isInstanceOfSatisfying(
            DosqlException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_NOT_FOUND));
  }
}
