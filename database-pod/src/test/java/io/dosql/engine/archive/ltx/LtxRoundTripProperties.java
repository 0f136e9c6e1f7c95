package io.dosql.engine.archive.ltx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/**
 * jqwik prints the seed of a failure and replays it; {@code @Property(seed = …)} repeats another.
 */
class LtxRoundTripProperties {

  @Property(tries = 200)
  void pagesComeBackAsTheyWere(
      @ForAll @IntRange(min = 9, max = 16) int pageSizeBits,
      @ForAll @IntRange(min = 1, max = 40) int pageCount,
      @ForAll @LongRange(min = 1) long maxTxid,
      @ForAll boolean snapshot,
      @ForAll long seed)
      throws IOException {
    Random random = new Random(seed);
    long minTxid = snapshot || maxTxid == 1 ? 1 : 2;
    LtxHeader header =
        new LtxHeader(
            1 << pageSizeBits,
            pageCount,
            minTxid,
            maxTxid,
            Instant.ofEpochMilli(seed & 0xFFFFFFFFL));
    Map<Long, byte[]> pages = pages(header, random);

    LtxReader reader = new LtxReader("x", new ByteArrayInputStream(write(header, pages)));

    assertThat(reader.header()).isEqualTo(header);
    byte[] image = new byte[header.pageSizeBytes()];
    for (Map.Entry<Long, byte[]> page : pages.entrySet()) {
      assertThat(reader.nextPage(image)).isEqualTo(page.getKey());
      assertThat(image).isEqualTo(page.getValue());
    }
    assertThat(reader.nextPage(image)).isZero();
    assertThat(reader.nextPage(image)).isZero();
  }

  @Property(tries = 100)
  void aPageOutOfOrderIsNotWritten(
      @ForAll @IntRange(min = 1, max = 20) int first, @ForAll @IntRange(min = 0, max = 21) int next)
      throws IOException {
    LtxHeader header = new LtxHeader(512, 20, 2, 2, Instant.EPOCH);
    LtxWriter writer = new LtxWriter(new ByteArrayOutputStream(), header);
    writer.writePage(first, new byte[512]);
    if (next > first && next <= 20) {
      writer.writePage(next, new byte[512]);
    } else {
      assertThatThrownBy(() -> writer.writePage(next, new byte[512]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cannot follow page " + first);
    }
  }

  private static Map<Long, byte[]> pages(LtxHeader header, Random random) {
    Map<Long, byte[]> pages = new TreeMap<>();
    for (long page = 1; page <= header.pageCount(); page++) {
      if (header.isSnapshot() || random.nextBoolean()) {
        byte[] image = new byte[header.pageSizeBytes()];
        byte[] noise = new byte[random.nextInt(image.length + 1)];
        random.nextBytes(noise);
        System.arraycopy(noise, 0, image, 0, noise.length);
        pages.put(page, image);
      }
    }
    return pages;
  }

  private static byte[] write(LtxHeader header, Map<Long, byte[]> pages) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LtxWriter writer = new LtxWriter(out, header);
    for (Map.Entry<Long, byte[]> page : pages.entrySet()) {
      writer.writePage(page.getKey(), page.getValue());
    }
    writer.finish();
    return out.toByteArray();
  }
}
