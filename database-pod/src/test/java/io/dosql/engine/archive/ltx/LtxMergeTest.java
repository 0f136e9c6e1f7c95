package io.dosql.engine.archive.ltx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LtxMergeTest {

  private static final int PAGE_SIZE = 512;
  private static final Instant TIME = Instant.parse("2026-11-24T02:00:00.123Z");

  /** A file as it is made up for these tests: which pages it has, filled with what. */
  private record File(LtxHeader header, Map<Long, byte[]> pages) {

    byte[] bytes() throws IOException {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      LtxWriter writer = new LtxWriter(out, header);
      for (Map.Entry<Long, byte[]> page : pages.entrySet()) {
        writer.writePage(page.getKey(), page.getValue());
      }
      writer.finish();
      return out.toByteArray();
    }

    static File read(byte[] bytes) throws IOException {
      LtxReader reader = new LtxReader("merged", new ByteArrayInputStream(bytes));
      Map<Long, byte[]> pages = new TreeMap<>();
      byte[] image = new byte[reader.header().pageSizeBytes()];
      for (long page = reader.nextPage(image); page != 0; page = reader.nextPage(image)) {
        pages.put(page, image.clone());
      }
      return new File(reader.header(), pages);
    }
  }

  private static File file(long min, long max, long pageCount, int... pages) {
    Map<Long, byte[]> images = new TreeMap<>();
    for (int page : pages) {
      images.put((long) page, image((int) max * 10 + page));
    }
    return new File(
        new LtxHeader(PAGE_SIZE, pageCount, min, max, TIME.plusSeconds(max), max, 2), images);
  }

  private static byte[] image(int fill) {
    byte[] image = new byte[PAGE_SIZE];
    Arrays.fill(image, (byte) fill);
    return image;
  }

  private static byte[] merge(byte[]... files) throws IOException {
    List<LtxMerge.Source> sources = new ArrayList<>();
    for (byte[] file : files) {
      sources.add(new LtxMerge.Source("file" + sources.size(), new ByteArrayInputStream(file)));
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LtxHeader _ = LtxMerge.merge(sources, out);
    return out.toByteArray();
  }

  @Test
  void theNewestImageOfEachPageIsKept() throws Exception {
    File merged =
        File.read(
            merge(
                file(5, 6, 9, 1, 2, 4).bytes(),
                file(7, 7, 9, 2, 9).bytes(),
                file(8, 9, 9, 3, 4).bytes()));

    assertThat(merged.pages().keySet()).containsExactly(1L, 2L, 3L, 4L, 9L);
    assertThat(merged.pages().get(1L)).isEqualTo(image(61));
    assertThat(merged.pages().get(2L)).isEqualTo(image(72));
    assertThat(merged.pages().get(4L)).isEqualTo(image(94));
    assertThat(merged.pages().get(9L)).isEqualTo(image(79));
  }

  @Test
  void theHeaderGoesFromTheFirstToTheLastTransaction() throws Exception {
    LtxHeader header =
        File.read(merge(file(5, 6, 9, 1).bytes(), file(7, 9, 4, 2).bytes())).header();

    // Log objects 6 and 7, then 9 and 10: what lies between belongs to others.
    assertThat(header).isEqualTo(new LtxHeader(PAGE_SIZE, 4, 5, 9, TIME.plusSeconds(9), 6, 5));
  }

  @Test
  void pagesBeyondTheEndOfTheDatabaseAreLeftOut() throws Exception {
    File merged = File.read(merge(file(5, 6, 9, 1, 5, 9).bytes(), file(7, 7, 4, 4).bytes()));

    assertThat(merged.pages().keySet()).containsExactly(1L, 4L);
  }

  @Test
  void aSnapshotAndWhatFollowsIsASnapshot() throws Exception {
    File merged = File.read(merge(file(1, 6, 3, 1, 2, 3).bytes(), file(7, 7, 5, 2, 4, 5).bytes()));

    assertThat(merged.header().isSnapshot()).isTrue();
    assertThat(merged.pages().keySet()).containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void filesThatOverlapContinueEachOther() throws Exception {
    File merged = File.read(merge(file(5, 8, 9, 1, 2).bytes(), file(7, 9, 9, 2).bytes()));

    assertThat(merged.header().minTxid()).isEqualTo(5);
    assertThat(merged.header().maxTxid()).isEqualTo(9);
    assertThat(merged.pages().get(2L)).isEqualTo(image(92));
  }

  @Test
  void aGapIsRefusedAndTold() {
    assertThatThrownBy(() -> merge(file(5, 6, 9, 1).bytes(), file(8, 9, 9, 2).bytes()))
        .isInstanceOf(CorruptLtxException.class)
        .hasMessage(
            "file1 is corrupt at byte 16: min TXID behind file0 should be at most 7 but is 8");
  }

  @Test
  void aFileThatGoesNoFurtherIsRefused() {
    assertThatThrownBy(() -> merge(file(5, 9, 9, 1).bytes(), file(6, 9, 9, 2).bytes()))
        .isInstanceOf(CorruptLtxException.class)
        .hasMessageContaining("max TXID behind file0 should be more than 9 but is 9");
  }

  @Test
  void pagesOfOtherSizesAreRefused() throws Exception {
    File other = new File(new LtxHeader(1024, 9, 7, 7, TIME), Map.of(2L, new byte[1024]));
    assertThatThrownBy(() -> merge(file(5, 6, 9, 1).bytes(), other.bytes()))
        .isInstanceOf(CorruptLtxException.class)
        .hasMessageContaining("page size should be 512 but is 1024");
  }

  @Property(tries = 300)
  void nothingIsMadeOfADamagedFile(
      @ForAll @IntRange(min = 0, max = 2) int which, @ForAll @IntRange(min = 0) int seed)
      throws IOException {
    byte[][] files = {
      file(5, 6, 9, 1, 2, 4).bytes(), file(7, 7, 9, 2, 9).bytes(), file(8, 9, 9, 3, 4).bytes()
    };
    byte[] whole = merge(files);
    Random random = new Random(seed);
    boolean cutsOff = random.nextBoolean();
    int at = random.nextInt(files[which].length);
    if (cutsOff) {
      files[which] = Arrays.copyOf(files[which], at);
    } else {
      files[which][at] ^= (byte) (1 << random.nextInt(8));
    }

    try {
      // Another compressed form of the same page is no damage, and the checksum passes it over.
      byte[] merged = merge(files);
      assertThat(cutsOff).isFalse();
      assertThat(merged).isEqualTo(whole);
    } catch (CorruptLtxException found) {
      // A wrong LSN shows in the file that does not follow it; then both are named.
      assertThat(found).hasMessageContaining("file" + which);
    }
  }

  @Property(tries = 300)
  void mergingIsApplyingOneAfterTheOther(
      @ForAll @IntRange(min = 1, max = 6) int count,
      @ForAll boolean beginsWithSnapshot,
      @ForAll long seed)
      throws IOException {
    Random random = new Random(seed);
    TreeMap<Long, byte[]> model = new TreeMap<>();
    byte[][] files = new byte[count][];
    long lsn = beginsWithSnapshot ? 0 : 1 + random.nextInt(100);
    long size = 0;
    long minLsn = lsn + 1;
    for (int i = 0; i < count; i++) {
      long before = size;
      size = 1L + random.nextInt(20);
      Map<Long, byte[]> pages = new TreeMap<>();
      for (long page = 1; page <= size; page++) {
        // A page that the database has not had before is written by whoever makes it larger.
        if (page > before || random.nextInt(3) == 0) {
          byte[] image = new byte[PAGE_SIZE];
          random.nextBytes(image);
          pages.put(page, image);
        }
      }
      long max = lsn + 1 + random.nextInt(5);
      files[i] =
          new File(new LtxHeader(PAGE_SIZE, size, lsn + 1, max, TIME.plusMillis(max)), pages)
              .bytes();
      lsn = max;
      model.putAll(pages);
      model.tailMap(size, false).clear();
    }

    File merged = File.read(merge(files));

    assertThat(merged.header())
        .isEqualTo(new LtxHeader(PAGE_SIZE, size, minLsn, lsn, TIME.plusMillis(lsn)));
    assertThat(merged.pages().keySet()).isEqualTo(model.keySet());
    merged.pages().forEach((page, image) -> assertThat(image).isEqualTo(model.get(page)));
  }

  @Test
  void comparisonLooksAtWhatAFileDoes() throws Exception {
    File one = file(5, 6, 9, 1, 2, 4);
    File otherObjects =
        new File(new LtxHeader(PAGE_SIZE, 9, 5, 6, one.header().time(), 77, 1), one.pages());
    assertThat(areEqual(one, otherObjects)).isTrue();
    assertThat(areEqual(one, file(5, 6, 9, 1, 2))).isFalse();
    assertThat(areEqual(file(5, 6, 9, 1, 2), one)).isFalse();
    assertThat(areEqual(one, file(5, 6, 8, 1, 2, 4))).isFalse();
    Map<Long, byte[]> changed = new TreeMap<>(one.pages());
    changed.put(2L, image(1));
    assertThat(areEqual(one, new File(one.header(), changed))).isFalse();
  }

  @Test
  void snapshotsOfTheSameStateAreEqualWhatTheirTime() throws Exception {
    File one = file(1, 6, 2, 1, 2);
    LtxHeader later = new LtxHeader(PAGE_SIZE, 2, 1, 6, one.header().time().plusSeconds(1));
    Map<Long, byte[]> copied = new TreeMap<>(one.pages());
    byte[] first = Objects.requireNonNull(one.pages().get(1L)).clone();
    first[27]++;
    first[95]++;
    copied.put(1L, first);
    assertThat(areEqual(one, new File(later, copied))).isTrue();
    byte[] other = first.clone();
    other[28]++;
    copied.put(1L, other);
    assertThat(areEqual(one, new File(later, copied))).isFalse();
  }

  private static boolean areEqual(File one, File other) throws IOException {
    return LtxComparison.areEqual(
        "x", new ByteArrayInputStream(one.bytes()), new ByteArrayInputStream(other.bytes()));
  }
}
