package io.dosql.engine.log;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/**
 * Reads records whose header and body have checked out. What is still wrong in them was written
 * wrong, and is refused as corrupt all the same. Thread safe.
 */
final class PartDecoder {

  private final LZ4SafeDecompressor decompressor;

  PartDecoder(LZ4Factory lz4) {
    this.decompressor = lz4.safeDecompressor();
  }

  /** The name of the tenant that a record is of. */
  static String tenant(RecordHeader header, ByteBuffer body) {
    byte[] name = new byte[header.tenantBytes()];
    body.get(body.position(), name);
    return new String(name, StandardCharsets.UTF_8);
  }

  /**
   * Reads a part.
   *
   * @param segment where the record lies
   * @param body what follows the header, not consumed
   */
  CommitPart decode(Segment segment, RecordHeader header, ByteBuffer body) throws IOException {
    return decode(segment.fileName(), segment.offsetOf(header.position()), header, body);
  }

  /**
   * Reads a part.
   *
   * @param file where the record lies, for errors
   * @param recordOffset where in the file it begins
   * @param body what follows the header, not consumed
   */
  CommitPart decode(String file, long recordOffset, RecordHeader header, ByteBuffer body)
      throws IOException {
    List<PageImage> pages = new ArrayList<>();
    List<PartSection> sections = new ArrayList<>();
    long offset = recordOffset + RecordHeader.BYTES - body.position();
    ByteBuffer rest = body.duplicate();
    try {
      rest.position(rest.position() + align(header.tenantBytes()));
      while (rest.hasRemaining()) {
        int type = Short.toUnsignedInt(rest.getShort());
        ByteBuffer content = content(file, offset + rest.position(), rest);
        if (type == PartSection.PAGES) {
          addPages(content, header.pageSizeBytes(), pages);
        } else {
          sections.add(new PartSection(type, content));
        }
      }
      return new CommitPart(
          tenant(header, body),
          header.lsn(),
          header.epoch(),
          header.isFirst(),
          header.isLast(),
          header.databaseSizePages(),
          header.pageSizeBytes(),
          pages,
          sections);
    } catch (IllegalArgumentException
        | IndexOutOfBoundsException
        | BufferUnderflowException
        | LZ4Exception e) {
      throw malformed(file, offset + rest.position(), e);
    }
  }

  /** Reads a section behind its type, and its padding. */
  private ByteBuffer content(String file, long offset, ByteBuffer rest) throws IOException {
    int encoding = Byte.toUnsignedInt(rest.get());
    rest.get();
    int storedBytes = rest.getInt();
    int rawBytes = rest.getInt();
    rest.getInt();
    ByteBuffer stored = rest.slice(rest.position(), storedBytes);
    rest.position(rest.position() + align(storedBytes));
    return switch (encoding) {
      case PartEncoder.RAW -> copy(stored);
      case PartEncoder.LZ4 -> decompress(stored, rawBytes);
      default ->
          throw new UnsupportedLogVersionException(
              file, offset, "section encoding", PartEncoder.LZ4, encoding);
    };
  }

  private static ByteBuffer copy(ByteBuffer stored) {
    return ByteBuffer.allocate(stored.remaining()).put(stored).flip();
  }

  private ByteBuffer decompress(ByteBuffer stored, int rawBytes) {
    ByteBuffer content = ByteBuffer.allocate(rawBytes);
    int actualBytes =
        decompressor.decompress(stored, 0, stored.remaining(), content, 0, content.capacity());
    if (actualBytes != rawBytes) {
      throw new IllegalArgumentException(
          "A section of %d bytes came out as %d".formatted(rawBytes, actualBytes));
    }
    return content;
  }

  private static void addPages(ByteBuffer content, int pageSizeBytes, List<PageImage> pages) {
    int count = content.remaining() / (Integer.BYTES + pageSizeBytes);
    for (int i = 0; i < count; i++) {
      long number = Integer.toUnsignedLong(content.getInt(i * Integer.BYTES));
      int imageAt = count * Integer.BYTES + i * pageSizeBytes;
      pages.add(new PageImage(number, content.slice(imageAt, pageSizeBytes).asReadOnlyBuffer()));
    }
  }

  private static int align(int bytes) {
    return LogFormat.roundUp(bytes, LogFormat.RECORD_ALIGNMENT_BYTES);
  }

  private static CorruptLogException malformed(String file, long offset, RuntimeException cause) {
    CorruptLogException corrupt =
        new CorruptLogException(file, offset, "a well-formed commit part", cause.toString());
    corrupt.initCause(cause);
    return corrupt;
  }
}
