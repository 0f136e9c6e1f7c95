package io.dosql.engine.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import net.jpountz.lz4.LZ4Compressor;

/**
 * Lays parts out as records and compresses them; the layout is drawn at {@link LogFormat}. Keeps
 * its memory from part to part. Not thread safe.
 */
final class PartEncoder {

  static final int SECTION_HEADER_BYTES = 16;
  static final int RAW = 0;
  static final int LZ4 = 1;

  private static final int MAX_TENANT_FIELD_BYTES = 256;
  private static final int MIN_PAGE_BYTES = 512;

  private final LZ4Compressor compressor;
  private byte[] raw = new byte[0];
  private ByteBuffer body = ByteBuffer.allocate(0);

  PartEncoder(LZ4Compressor compressor) {
    this.compressor = compressor;
  }

  /** The size of the largest record that a part within these limits can become. */
  static int maxRecordBytes(int maxPartPageBytes, int maxPartSectionBytes) {
    int pageNumberBytes = maxPartPageBytes / MIN_PAGE_BYTES * Integer.BYTES;
    int sectionOverheadBytes =
        (1 + LogOptions.MAX_PART_SECTIONS)
            * (SECTION_HEADER_BYTES + LogFormat.RECORD_ALIGNMENT_BYTES);
    return LogFormat.roundUp(
        RecordHeader.BYTES
            + MAX_TENANT_FIELD_BYTES
            + sectionOverheadBytes
            + pageNumberBytes
            + maxPartPageBytes
            + maxPartSectionBytes,
        LogFormat.RECORD_ALIGNMENT_BYTES);
  }

  /** Encodes a part; the result is valid until the next call. */
  EncodedPart encode(CommitPart part) {
    byte[] tenant = part.tenant().getBytes(StandardCharsets.UTF_8);
    body = reserve(part);
    body.put(tenant);
    pad();
    if (!part.pages().isEmpty()) {
      putSection(PartSection.PAGES, gatherPages(part));
    }
    for (PartSection section : part.sections()) {
      int rawBytes = section.content().remaining();
      ensureRaw(rawBytes);
      section.content().duplicate().get(raw, 0, rawBytes);
      putSection(section.type(), rawBytes);
    }
    ByteBuffer encoded = body.flip().asReadOnlyBuffer();
    return new EncodedPart(part, encoded, LogFormat.checksum(body), tenant.length);
  }

  private ByteBuffer reserve(CommitPart part) {
    int rawBytes = Math.toIntExact(rawPageBytes(part) + part.sectionBytes());
    // The compressor wants room for its worst case before it finds that the block is no smaller.
    int needed =
        maxRecordBytes(0, 0) + rawBytes + compressor.maxCompressedLength(rawBytes) - rawBytes;
    return body.capacity() < needed ? ByteBuffer.allocate(needed) : body.clear();
  }

  private static int rawPageBytes(CommitPart part) {
    return part.pages().size() * (Integer.BYTES + part.pageSizeBytes());
  }

  private int gatherPages(CommitPart part) {
    int rawBytes = rawPageBytes(part);
    ensureRaw(rawBytes);
    ByteBuffer target = ByteBuffer.wrap(raw);
    for (PageImage page : part.pages()) {
      target.putInt((int) page.number());
    }
    for (PageImage page : part.pages()) {
      target.put(page.content().duplicate());
    }
    return rawBytes;
  }

  private void ensureRaw(int rawBytes) {
    if (raw.length < rawBytes) {
      raw = new byte[rawBytes];
    }
  }

  /** Appends the first {@code rawBytes} of {@link #raw} as a section. */
  private void putSection(int type, int rawBytes) {
    int headerAt = body.position();
    int contentAt = headerAt + SECTION_HEADER_BYTES;
    int storedBytes =
        compressor.compress(
            raw, 0, rawBytes, body.array(), contentAt, compressor.maxCompressedLength(rawBytes));
    int encoding = LZ4;
    if (storedBytes >= rawBytes) {
      System.arraycopy(raw, 0, body.array(), contentAt, rawBytes);
      storedBytes = rawBytes;
      encoding = RAW;
    }
    body.putShort((short) type).put((byte) encoding).put((byte) 0);
    body.putInt(storedBytes).putInt(rawBytes).putInt(0).position(contentAt + storedBytes);
    pad();
  }

  private void pad() {
    while (body.position() % LogFormat.RECORD_ALIGNMENT_BYTES != 0) {
      body.put((byte) 0);
    }
  }
}
