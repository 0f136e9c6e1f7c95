package io.dosql.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import net.jpountz.lz4.LZ4Factory;
import org.junit.jupiter.api.Test;

class PartFormatTest {

  private static final Segment SEGMENT = new Segment(0, 16 << 20);

  private final PartEncoder encoder = new PartEncoder(LZ4Factory.safeInstance().fastCompressor());
  private final PartDecoder decoder = new PartDecoder(LZ4Factory.safeInstance());

  private CommitPart roundTrip(CommitPart part) throws Exception {
    EncodedPart encoded = encoder.encode(part);
    return decoder.decode(SEGMENT, encoded.header(640, 64, 3, 17), encoded.body());
  }

  private static CommitPart part(int pageSize, List<PageImage> pages, PartSection... sections) {
    return new CommitPart(
        "shop", 7, 3, true, false, 0xFFFF_FFFFL, pageSize, pages, List.of(sections));
  }

  @Test
  void aPartComesBackAsItWas() throws Exception {
    CommitPart part = part(512, CommitParts.randomPages(new Random(1), 9));
    assertThat(roundTrip(part)).isEqualTo(part);
  }

  @Test
  void aPartWithoutPagesComesBack() throws Exception {
    CommitPart part = part(4096, List.of());
    assertThat(roundTrip(part)).isEqualTo(part);
  }

  @Test
  void theLargestPageNumberAndPageSizeComeBack() throws Exception {
    CommitPart part =
        part(65536, List.of(new PageImage(PageImage.MAX_NUMBER, ByteBuffer.allocate(65536))));
    assertThat(roundTrip(part)).isEqualTo(part);
  }

  @Test
  void sectionsOfUnknownTypesArePreservedWithTheirOrder() throws Exception {
    CommitPart part =
        part(
            512,
            List.of(CommitParts.page(1, 5)),
            new PartSection(65535, ByteBuffer.wrap(new byte[] {1, 2, 3})),
            new PartSection(2, ByteBuffer.wrap(new byte[1000])),
            new PartSection(2, ByteBuffer.allocate(0)));
    assertThat(roundTrip(part)).isEqualTo(part);
  }

  @Test
  void namesOfOtherAlphabetsComeBack() throws Exception {
    String name = "мир".repeat(42) + "€";
    assertThat(name.getBytes(StandardCharsets.UTF_8)).hasSize(255);
    CommitPart part = new CommitPart(name, 1, 0, true, true, 1, 512, List.of(), List.of());
    assertThat(roundTrip(part)).isEqualTo(part);
  }

  @Test
  void equalPagesAreCompressedAndRandomOnesAreStoredAsTheyAre() {
    CommitPart equal =
        part(512, List.of(CommitParts.page(1, 1), CommitParts.page(2, 1), CommitParts.page(3, 1)));
    CommitPart random = part(512, CommitParts.randomPages(new Random(1), 3));
    assertThat(encoder.encode(equal).recordBytes()).isLessThan(200);
    int rawBytes = 3 * (512 + 4);
    assertThat(encoder.encode(random).recordBytes())
        .isBetween(rawBytes, rawBytes + RecordHeader.BYTES + 16 + 16);
  }

  @Test
  void noPartWithinTheLimitsIsLargerThanTheComputedMaximum() {
    Random random = new Random(5);
    List<PageImage> pages =
        CommitParts.randomPages(random, LogOptions.DEFAULT.maxPartPageBytes() / 512);
    PartSection[] sections = new PartSection[LogOptions.MAX_PART_SECTIONS];
    int sectionBytes = LogOptions.DEFAULT.maxPartSectionBytes() / sections.length;
    for (int i = 0; i < sections.length; i++) {
      byte[] content = new byte[sectionBytes];
      random.nextBytes(content);
      sections[i] = new PartSection(2 + i, ByteBuffer.wrap(content));
    }
    CommitPart largest = part(512, pages, sections);
    largest.checkLimits(LogOptions.DEFAULT);
    assertThat(encoder.encode(largest).recordBytes())
        .isLessThanOrEqualTo(
            PartEncoder.maxRecordBytes(
                LogOptions.DEFAULT.maxPartPageBytes(), LogOptions.DEFAULT.maxPartSectionBytes()));
  }

  @Test
  void anEncoderKeepsNothingOfTheLastPart() throws Exception {
    CommitPart large = part(512, CommitParts.randomPages(new Random(1), 99));
    CommitPart small = part(512, List.of(CommitParts.page(1, 2)));
    assertThat(roundTrip(large)).isEqualTo(large);
    assertThat(roundTrip(small)).isEqualTo(small);
    assertThat(roundTrip(large)).isEqualTo(large);
  }

  @Test
  void encodingDoesNotMoveTheCallersBuffers() {
    PageImage page = CommitParts.page(1, 2);
    encoder.encode(part(512, List.of(page)));
    assertThat(page.content().remaining()).isEqualTo(512);
  }

  @Test
  void aRecordsHeaderIsGenuineOnlyAtItsPositionAndInItsLog() {
    EncodedPart encoded = encoder.encode(part(512, List.of()));
    ByteBuffer bytes = ByteBuffer.allocate(RecordHeader.BYTES);
    RecordHeader header = encoded.header(640, 64, 3, 17);
    header.encode(9, bytes);
    bytes.flip();
    assertThat(RecordHeader.decode(9, 640, bytes)).hasValue(header);
    assertThat(RecordHeader.decode(9, 648, bytes)).isEmpty();
    assertThat(RecordHeader.decode(8, 640, bytes)).isEmpty();
    assertThat(header.batchPosition()).isEqualTo(576);
  }

  @Test
  void aBodyThatWasWrittenWrongIsRefused() {
    EncodedPart encoded = encoder.encode(part(512, List.of(CommitParts.page(1, 2))));
    ByteBuffer body = ByteBuffer.allocate(encoded.body().remaining()).put(encoded.body()).flip();
    // The stored size of the section behind the tenant's name.
    body.putInt(8 + 4, 1 << 20);
    assertThatThrownBy(() -> decoder.decode(SEGMENT, encoded.header(640, 64, 0, 17), body))
        .isInstanceOf(CorruptLogException.class)
        .hasMessageContaining("a well-formed commit part");
  }

  @Test
  void anUnknownEncodingIsANewerFormat() {
    EncodedPart encoded = encoder.encode(part(512, List.of(CommitParts.page(1, 2))));
    ByteBuffer body = ByteBuffer.allocate(encoded.body().remaining()).put(encoded.body()).flip();
    body.put(8 + 2, (byte) 7);
    assertThatThrownBy(() -> decoder.decode(SEGMENT, encoded.header(640, 64, 0, 17), body))
        .isInstanceOf(UnsupportedLogVersionException.class)
        .hasMessageContaining("section encoding 7");
  }

  @Test
  void malformedPartsAreRefusedBeforeTheyAreWritten() {
    assertThatThrownBy(() -> new CommitPart("", 1, 0, true, true, 1, 512, List.of(), List.of()))
        .hasMessageContaining("tenant");
    assertThatThrownBy(
            () -> new CommitPart("a".repeat(256), 1, 0, true, true, 1, 512, List.of(), List.of()))
        .hasMessageContaining("tenant");
    assertThatThrownBy(() -> new CommitPart("a", 0, 0, true, true, 1, 512, List.of(), List.of()))
        .hasMessageContaining("LSN");
    assertThatThrownBy(() -> new CommitPart("a", 1, -1, true, true, 1, 512, List.of(), List.of()))
        .hasMessageContaining("epoch");
    assertThatThrownBy(() -> new CommitPart("a", 1, 0, true, true, 1, 1000, List.of(), List.of()))
        .hasMessageContaining("pageSizeBytes");
    assertThatThrownBy(() -> part(4096, List.of(CommitParts.page(1, 1))))
        .hasMessageContaining("expected the page size 4096");
    assertThatThrownBy(() -> new PageImage(0, ByteBuffer.allocate(512)))
        .hasMessageContaining("page number");
    assertThatThrownBy(() -> new PartSection(PartSection.PAGES, ByteBuffer.allocate(1)))
        .hasMessageContaining("type");
  }
}
