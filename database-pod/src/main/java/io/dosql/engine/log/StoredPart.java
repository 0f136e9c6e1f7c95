package io.dosql.engine.log;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A part as the log stores it, compressed, and taken out of its log: the same bytes wherever the
 * log is read, that {@link PartCodec} reads anywhere.
 *
 * @param position where it begins in its log
 * @param end where it ends there: {@code bytes} has as many as lie between
 * @param isFirst whether its commit begins with it
 * @param isLast whether its commit ends with it: only with this part the commit exists
 * @param index its number in its commit, from 0
 * @param time when it was appended; that of the last part is the commit's
 * @param bytes a record as drawn at {@link LogFormat}, its header's checksum made for the log id 0
 *     and for no batch; says until when it is valid where it comes from
 */
public record StoredPart(
    LogPosition position,
    LogPosition end,
    String tenant,
    long lsn,
    boolean isFirst,
    boolean isLast,
    int index,
    Instant time,
    ByteBuffer bytes) {

  static StoredPart of(RecordHeader header, ByteBuffer body, ByteBuffer bytes) {
    return new StoredPart(
        new LogPosition(header.position()),
        new LogPosition(header.end()),
        PartDecoder.tenant(header, body),
        header.lsn(),
        header.isFirst(),
        header.isLast(),
        header.partIndex(),
        Instant.ofEpochMilli(header.timeMillis()),
        bytes);
  }

  /** Copies the one record that it is shown. */
  static final class Copier implements SegmentReader.RecordVisitor {

    private @Nullable StoredPart part;

    @Override
    public void visit(RecordHeader header, ByteBuffer body) {
      ByteBuffer bytes = ByteBuffer.allocate(header.lengthBytes());
      header.detached().encode(RecordHeader.NO_LOG, bytes);
      bytes.put(body.duplicate());
      part = StoredPart.of(header, body, bytes.flip().asReadOnlyBuffer());
    }

    StoredPart part() {
      return Objects.requireNonNull(part, "no record was shown");
    }
  }
}
