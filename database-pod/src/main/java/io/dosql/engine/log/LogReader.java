package io.dosql.engine.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads settled parts in log order. At the end it may be asked again later. Holds the log from
 * where it is; {@link #close} ends that. Not thread safe; after an exception it is only good for
 * closing.
 */
public final class LogReader implements Closeable {

  private final Segments segments;
  private final LogPosition from;
  private final PartDecoder decoder;
  private final LongSupplier settled;
  private final LongConsumer onSegment;
  private final Runnable onClose;

  private SegmentReader reader;

  /** Where the next batch begins. */
  private long nextBatch;

  private long nextSequence;

  /** The batch whose records are being read. */
  private @Nullable BatchHeader batch;

  private ByteBuffer bytes = ByteBuffer.allocate(0);

  /** Offset of the next record in the batch. */
  private int offset;

  /**
   * Begins to read.
   *
   * @param header the segment that {@code from} lies in
   * @param onSegment told the begin of each further segment when it is entered
   */
  LogReader(
      Segments segments,
      SegmentHeader header,
      LogPosition from,
      PartDecoder decoder,
      LongSupplier settled,
      LongConsumer onSegment,
      Runnable onClose)
      throws IOException {
    this.segments = segments;
    this.from = from;
    this.decoder = decoder;
    this.settled = settled;
    this.onSegment = onSegment;
    this.onClose = onClose;
    this.reader = segments.open(header);
    this.nextBatch = header.segment().firstBatch();
    this.nextSequence = header.firstSequence();
  }

  /**
   * Reads the next part and verifies it.
   *
   * @return empty if none is settled yet
   * @throws CorruptLogException if it is damaged
   */
  public Optional<LoggedPart> next() throws IOException {
    PartCollector collector = new PartCollector(decoder, () -> reader.segment());
    return visitNext(collector) ? Optional.of(collector.part()) : Optional.empty();
  }

  /**
   * The same, without taking the part apart, for whoever only passes it on.
   *
   * @return its bytes are valid until the next call
   */
  public Optional<StoredPart> nextStored() throws IOException {
    StoredPart.Copier copier = new StoredPart.Copier();
    return visitNext(copier) ? Optional.of(copier.part()) : Optional.empty();
  }

  /** Shows the next record; false if none is settled. */
  private boolean visitNext(SegmentReader.RecordVisitor visitor) throws IOException {
    while (true) {
      if (batch != null && offset < batch.usedBytes()) {
        boolean isWanted = batch.position() + offset >= from.bytes();
        offset +=
            reader
                .visitRecord(batch, bytes, offset, isWanted ? visitor : (header, body) -> {})
                .lengthBytes();
        if (isWanted) {
          return true;
        }
      } else if (!enterNextBatch()) {
        return false;
      }
    }
  }

  /** Moves on to the next settled batch; false if there is none. */
  private boolean enterNextBatch() throws IOException {
    batch = null;
    while (nextBatch < settled.getAsLong()) {
      Optional<SegmentHeader> following = segments.next(reader.segment());
      if (following.isPresent() && following.get().previousEnd() == nextBatch) {
        enterSegment(following.get());
      } else {
        BatchHeader found = reader.batch(nextBatch, nextSequence);
        nextBatch = found.end();
        nextSequence++;
        if (found.end() > from.bytes()) {
          enter(found);
          return true;
        }
      }
    }
    return false;
  }

  private void enter(BatchHeader found) throws IOException {
    batch = found;
    bytes = reader.bytes(found);
    offset = found.firstRecord();
  }

  private void enterSegment(SegmentHeader following) throws IOException {
    reader.close();
    reader = segments.open(following);
    nextBatch = following.segment().firstBatch();
    onSegment.accept(following.start());
  }

  @Override
  public void close() throws IOException {
    onClose.run();
    reader.close();
  }
}
