package io.dosql.engine.log;

import java.io.Closeable;
import java.io.IOException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads single parts by position. Keeps the file of the latest one open until {@link #close}. Not
 * thread safe.
 */
public final class PartReader implements Closeable {

  private final Segments segments;
  private final PartDecoder decoder;
  private final LongSupplier settled;
  private @Nullable SegmentReader current;

  PartReader(Segments segments, PartDecoder decoder, LongSupplier settled) {
    this.segments = segments;
    this.decoder = decoder;
    this.settled = settled;
  }

  /**
   * Reads the part at a position and verifies it.
   *
   * @throws IllegalArgumentException if the position is not settled
   * @throws PositionReleasedException if the log no longer has it
   * @throws CorruptLogException if no part begins there, or it is damaged
   */
  public LoggedPart read(LogPosition position) throws IOException {
    SegmentReader reader = settledReaderOf(position);
    PartCollector collector = new PartCollector(decoder, reader::segment);
    var _ = reader.visitRecord(position.bytes(), collector);
    return collector.part();
  }

  /** The same, without taking the part apart. */
  public StoredPart readStored(LogPosition position) throws IOException {
    StoredPart.Copier copier = new StoredPart.Copier();
    var _ = settledReaderOf(position).visitRecord(position.bytes(), copier);
    return copier.part();
  }

  private SegmentReader settledReaderOf(LogPosition position) throws IOException {
    if (position.bytes() >= settled.getAsLong()) {
      throw new IllegalArgumentException("Log position " + position + " is not settled");
    }
    return readerOf(position);
  }

  private SegmentReader readerOf(LogPosition position) throws IOException {
    SegmentHeader header = segments.containing(position);
    if (current == null || !current.segment().equals(header.segment())) {
      close();
      current = segments.open(header);
    }
    return current;
  }

  @Override
  public void close() throws IOException {
    if (current != null) {
      current.close();
      current = null;
    }
  }
}
