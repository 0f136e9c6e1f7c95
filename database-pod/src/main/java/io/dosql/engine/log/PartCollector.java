package io.dosql.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Decodes the one record that it is shown. */
final class PartCollector implements SegmentReader.RecordVisitor {

  private final PartDecoder decoder;

  /** Asked when a record is shown. */
  private final Supplier<Segment> segment;

  private @Nullable LoggedPart part;

  PartCollector(PartDecoder decoder, Supplier<Segment> segment) {
    this.decoder = decoder;
    this.segment = segment;
  }

  @Override
  public void visit(RecordHeader header, ByteBuffer body) throws IOException {
    part =
        new LoggedPart(
            new LogPosition(header.position()),
            new LogPosition(header.end()),
            header.partIndex(),
            Instant.ofEpochMilli(header.timeMillis()),
            decoder.decode(segment.get(), header, body));
  }

  LoggedPart part() {
    return Objects.requireNonNull(part, "no record was shown");
  }
}
