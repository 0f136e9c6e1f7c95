package io.dosql.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;
import net.jpountz.lz4.LZ4Factory;

/**
 * Reads parts that were taken out of their log, see {@link StoredPart}. Everything is verified;
 * errors name the file and the offset that the caller gives. Thread safe.
 */
public final class PartCodec {

  /** What is needed to learn how long a part is. */
  public static final int HEADER_BYTES = RecordHeader.BYTES;

  private static final int BYTES_SHOWN = 16;

  private final PartDecoder decoder = new PartDecoder(LZ4Factory.fastestInstance());

  /**
   * How many bytes the part has that begins at the buffer's position, its header included; the
   * buffer is not changed.
   *
   * @param bytes with at least {@link #HEADER_BYTES} remaining
   * @throws CorruptLogException if no part begins there
   * @throws UnsupportedLogVersionException if a newer engine wrote it
   */
  public int lengthBytes(String file, long offset, ByteBuffer bytes) throws IOException {
    return header(file, offset, bytes).lengthBytes();
  }

  /**
   * Verifies the part that begins at the buffer's position, which is not changed.
   *
   * @param bytes with all of the part remaining
   * @return its bytes are a view of the buffer
   * @throws CorruptLogException if it is damaged or incomplete
   */
  public StoredPart read(String file, long offset, ByteBuffer bytes) throws IOException {
    RecordHeader header = header(file, offset, bytes);
    ByteBuffer body = body(file, offset, header, bytes);
    return StoredPart.of(
        header, body, bytes.slice(bytes.position(), header.lengthBytes()).asReadOnlyBuffer());
  }

  /**
   * Takes the part apart that begins at the buffer's position, which is not changed.
   *
   * @param bytes with all of the part remaining
   * @throws CorruptLogException if it is damaged or incomplete
   */
  public LoggedPart decode(String file, long offset, ByteBuffer bytes) throws IOException {
    RecordHeader header = header(file, offset, bytes);
    ByteBuffer body = body(file, offset, header, bytes);
    return new LoggedPart(
        new LogPosition(header.position()),
        new LogPosition(header.end()),
        header.partIndex(),
        Instant.ofEpochMilli(header.timeMillis()),
        decoder.decode(file, offset, header, body));
  }

  private static RecordHeader header(String file, long offset, ByteBuffer bytes)
      throws IOException {
    RecordHeader header =
        RecordHeader.decodeDetached(bytes)
            .orElseThrow(
                () ->
                    new CorruptLogException(
                        file, offset, "the header of a commit part", show(bytes)));
    if (header.version() > RecordHeader.VERSION) {
      throw new UnsupportedLogVersionException(
          file, offset, "record version", RecordHeader.VERSION, header.version());
    }
    if (header.kind() != RecordHeader.COMMIT_PART) {
      throw new UnsupportedLogVersionException(
          file, offset, "record kind", RecordHeader.COMMIT_PART, header.kind());
    }
    if (header.lengthBytes() < RecordHeader.BYTES + header.tenantBytes()) {
      throw new CorruptLogException(
          file, offset, "a part longer than its header", header.lengthBytes() + " bytes");
    }
    return header;
  }

  private static ByteBuffer body(String file, long offset, RecordHeader header, ByteBuffer bytes)
      throws CorruptLogException {
    if (header.lengthBytes() > bytes.remaining()) {
      throw new CorruptLogException(
          file, offset, header.lengthBytes() + " bytes", bytes.remaining() + " bytes");
    }
    ByteBuffer body =
        bytes.slice(
            bytes.position() + RecordHeader.BYTES, header.lengthBytes() - RecordHeader.BYTES);
    int checksum = LogFormat.checksum(body);
    if (checksum != header.bodyChecksum()) {
      throw new CorruptLogException(
          file,
          offset + RecordHeader.BYTES,
          "checksum 0x%08x of a part".formatted(header.bodyChecksum()),
          "0x%08x".formatted(checksum));
    }
    return body;
  }

  private static String show(ByteBuffer bytes) {
    byte[] shown = new byte[Math.min(bytes.remaining(), BYTES_SHOWN)];
    bytes.get(bytes.position(), shown);
    return HexFormat.of().formatHex(shown);
  }
}
