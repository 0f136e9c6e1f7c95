package io.dosql.engine.log;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole log at its opening: verifies everything, fills the index, finds the end, and what
 * is damaged. Changes nothing on disk. One use.
 */
final class LogScanner {

  /**
   * What was found.
   *
   * @param end of what was written; behind it lies the torn tail
   * @param segments all segments in order, at least one
   * @param lastBatch the last batch, if it lies in the last segment and checks out
   * @param isLastDamaged whether the last segment is damaged, so that nothing may be added to it
   * @param records parts in all segments
   * @param damage in log order
   * @param recent the batches that the next batch has to tell of
   */
  record Result(
      LogEnd end,
      List<SegmentHeader> segments,
      Optional<BatchHeader> lastBatch,
      TornTail tail,
      boolean isLastDamaged,
      long records,
      List<LogDamage> damage,
      RecentBatches recent) {}

  private final LogStorage storage;
  private final LogIndex index;
  private final SegmentSurvey survey;
  private final DamageReport report = new DamageReport();
  private final RecentBatches recent;

  /** Of the next batch; not known yet if the first segment's header is damaged. */
  private long sequence;

  private long latestTimeMillis;
  private long records;
  private @Nullable BatchHeader lastBatch;
  private TornTail tail = TornTail.none(0);

  /** Up to here everything is accounted for, be it as damage. */
  private long end;

  private boolean hasDamage;
  private boolean isSegmentDamaged;

  LogScanner(LogStorage storage, LogIndex index, LogOptions options) {
    this.storage = storage;
    this.index = index;
    this.survey = new SegmentSurvey(storage, options.segmentBytes());
    this.recent = new RecentBatches(options.maxDirectoryBytes());
  }

  /**
   * Reads the log.
   *
   * @param starts the start positions of all segments, ascending, at least one
   * @throws CorruptLogException if nothing can be proved: this is no log, or files were mixed up
   */
  Result scan(List<Long> starts) throws IOException {
    List<SegmentSurvey.Found> segments = survey.survey(starts);
    SegmentHeader first = segments.getFirst().header();
    sequence = first.firstSequence();
    end = first.segment().firstBatch();
    for (int i = 0; i < segments.size(); i++) {
      if (i > 0) {
        follow(segments.get(i - 1).header(), segments.get(i).header());
      }
      enter(segments.get(i));
      scan(segments.get(i), i + 1 < segments.size() ? segments.get(i + 1).header() : null);
    }
    index.dropUnfinished();
    long nextSequence = sequence == SegmentSurvey.UNKNOWN ? 1 : sequence;
    return new Result(
        new LogEnd(first.logId(), end, nextSequence, latestTimeMillis),
        segments.stream().map(SegmentSurvey.Found::header).toList(),
        Optional.ofNullable(lastBatch),
        tail,
        isSegmentDamaged,
        records,
        report.result(),
        recent);
  }

  /** Misses what should lie between two segments. */
  private void follow(SegmentHeader before, SegmentHeader header) {
    long known = header.firstSequence();
    if (sequence == SegmentSurvey.UNKNOWN) {
      sequence = known;
    } else if (known != SegmentSurvey.UNKNOWN && known != sequence) {
      long gap = before.segment().end();
      CorruptLogException fault =
          gap == header.start()
              ? new CorruptLogException(
                  header.segment().fileName(), 40, "first batch " + sequence, "batch " + known)
              : new CorruptLogException(
                  Segment.fileName(gap),
                  0,
                  "the segment that starts at " + new LogPosition(gap),
                  "no file");
      damaged(end, header.start(), fault, List.of());
      sequence = known;
    }
  }

  private void enter(SegmentSurvey.Found segment) {
    isSegmentDamaged = false;
    lastBatch = null;
    latestTimeMillis = Math.max(latestTimeMillis, segment.header().latestTimeMillis());
    segment
        .fault()
        .ifPresent(
            fault -> {
              // What it makes unreadable, if anything, is missed below.
              report.harmless(segment.header().start(), fault);
              isSegmentDamaged = true;
            });
  }

  private void scan(SegmentSurvey.Found segment, @Nullable SegmentHeader next) throws IOException {
    SegmentHeader header = segment.header();
    Segment readable = segment.readable();
    long contentEnd = contentEnd(header, next);
    long limit = contentEnd == SegmentSurvey.UNKNOWN ? header.segment().end() : contentEnd;
    try (SegmentReader reader =
        new SegmentReader(storage.openForReading(readable.fileName()), readable, header.logId())) {
      long behind = next == null ? SegmentSurvey.UNKNOWN : next.firstSequence();
      Walk walk = new Walk(reader, header, contentEnd, behind, next == null);
      long position = header.segment().firstBatch();
      while (position >= 0 && position < limit) {
        position = walk.step(position);
      }
    }
    if (contentEnd != SegmentSurvey.UNKNOWN) {
      end = Math.max(end, contentEnd);
    }
    if (next == null) {
      end = Math.max(end, header.segment().firstBatch());
      missCutOff(segment);
    }
  }

  /** Whether there was anything in what is cut off of the last segment, nothing tells. */
  private void missCutOff(SegmentSurvey.Found last) {
    long from = Math.max(end, last.readable().end());
    long to = last.header().segment().end();
    if (last.readable().end() < to && from < to) {
      damaged(from, to, last.fault().orElseThrow(), List.of());
      sequence = sequence == SegmentSurvey.UNKNOWN ? sequence : sequence + sectors(to - from);
    }
  }

  /** Where a segment's last batch ends, as the next segment says. */
  private static long contentEnd(SegmentHeader header, @Nullable SegmentHeader next) {
    if (next == null || next.start() != header.segment().end()) {
      return SegmentSurvey.UNKNOWN;
    }
    long told = next.previousEnd();
    boolean isInside = told >= header.segment().firstBatch() && told <= next.start();
    return isInside ? told : SegmentSurvey.UNKNOWN;
  }

  private static long sectors(long bytes) {
    return bytes / LogFormat.SECTOR_BYTES;
  }

  private void damaged(long from, long to, CorruptLogException fault, List<FoundRecord> salvaged) {
    report.damaged(from, to, fault, salvaged);
    recent.clear();
    end = to;
    hasDamage = true;
    isSegmentDamaged = true;
    lastBatch = null;
  }

  private void recover(List<FoundRecord> found, Segment segment) throws CorruptLogException {
    for (FoundRecord record : found) {
      RecordHeader header = record.header();
      if (!index.recover(record.tenant(), header)) {
        if (!hasDamage) {
          throw new CorruptLogException(
              segment.fileName(),
              segment.offsetOf(header.position()),
              "the next part of its commit",
              "part " + header.partIndex());
        }
        index.dropUnfinished(record.tenant());
      }
      latestTimeMillis = Math.max(latestTimeMillis, header.timeMillis());
      records++;
    }
  }

  /** Goes through the batches of one segment. */
  private final class Walk {

    private static final long STOP = -1;

    private final SegmentReader reader;
    private final Salvage salvage;
    private final SegmentHeader header;
    private final long contentEnd;

    /** The sequence number of the first batch in the next segment. */
    private final long sequenceBehind;

    /** Where batches can end at most. */
    private final long limit;

    private final boolean isLast;

    Walk(
        SegmentReader reader,
        SegmentHeader header,
        long contentEnd,
        long sequenceBehind,
        boolean isLast) {
      this.reader = reader;
      this.salvage = new Salvage(reader);
      this.header = header;
      this.contentEnd = contentEnd;
      this.sequenceBehind = sequenceBehind;
      this.limit = contentEnd == SegmentSurvey.UNKNOWN ? header.segment().end() : contentEnd;
      this.isLast = isLast;
    }

    /** Reads what is at a position; where to go on, or {@link #STOP}. */
    long step(long position) throws IOException {
      Optional<BatchHeader> found = reader.findBatch(position);
      if (found.isPresent() && sequence == SegmentSurvey.UNKNOWN) {
        sequence = found.get().sequence();
      }
      if (found.isPresent() && reader.isSound(found.get(), sequence)) {
        return batch(salvage.read(found.get()));
      }
      CorruptLogException fault = fault(position);
      // A genuine header that does not fit was written as it is, and no crash made it.
      if (isLast && found.isEmpty()) {
        TornTail torn = reader.examineTail(position);
        if (torn.laterBatch().isEmpty()) {
          tail = torn;
          return STOP;
        }
        return skip(position, laterBatch(fault, torn), sectorEnd(torn.end()));
      }
      return skip(position, fault, header.segment().end());
    }

    private CorruptLogException fault(long position) throws IOException {
      try {
        BatchHeader _ = reader.batch(position, sequence);
        throw new IllegalStateException("The batch at " + position + " checks out after all");
      } catch (CorruptLogException fault) {
        return fault;
      }
    }

    private CorruptLogException laterBatch(CorruptLogException fault, TornTail torn) {
      return new CorruptLogException(
          fault.file(),
          fault.offset(),
          fault.expected(),
          "%s; it is no torn tail, because at offset %d there is a later batch"
              .formatted(
                  fault.actual(), reader.segment().offsetOf(torn.laterBatch().orElseThrow())));
    }

    private static long sectorEnd(long position) {
      return (position + LogFormat.SECTOR_BYTES - 1)
          / LogFormat.SECTOR_BYTES
          * LogFormat.SECTOR_BYTES;
    }

    private long batch(BatchFindings findings) throws IOException {
      BatchHeader batch = findings.batch();
      if (findings.fault().isEmpty()) {
        directory(findings);
        report.sound(batch, findings.records());
        recent.add(batch.position(), batch.lengthBytes(), content(findings.records()));
        end = batch.end();
        lastBatch = batch;
      } else {
        CorruptLogException fault = findings.fault().get();
        if (isLast) {
          TornTail torn = reader.examineTail(batch.position());
          if (torn.laterBatch().isEmpty()) {
            tail = torn;
            return STOP;
          }
          fault = laterBatch(fault, torn);
        }
        directory(findings);
        damaged(batch.position(), batch.end(), fault, findings.records());
      }
      recover(findings.records(), reader.segment());
      sequence++;
      return batch.end();
    }

    private void directory(BatchFindings findings) {
      findings.directory().ifPresent(told -> report.directory(findings.batch(), told));
    }

    /**
     * Goes on behind what is not a batch.
     *
     * @param lastResort where it ends if nothing shows that
     */
    private long skip(long position, CorruptLogException fault, long lastResort)
        throws IOException {
      long readableEnd = Math.min(limit, reader.segment().end());
      Optional<BatchHeader> next = salvage.findBatch(position, readableEnd, Math.max(0, sequence));
      if (next.isEmpty() && !isLast && contentEnd == SegmentSurvey.UNKNOWN) {
        // The next segment's first batch tells by its number whether anything was here.
        if (isComplete() && reader.examineTail(position).isEmpty()) {
          return STOP;
        }
      }
      long to =
          next.map(BatchHeader::position)
              .orElse(contentEnd == SegmentSurvey.UNKNOWN ? lastResort : contentEnd);
      long from = to == position ? Math.min(end, position) : position;
      List<FoundRecord> salvaged =
          salvage.search(
              position, Math.min(to, readableEnd), owner -> owner >= position && owner < to);
      damaged(from, to, fault, salvaged);
      recover(salvaged, reader.segment());
      sequence = next.map(BatchHeader::sequence).orElseGet(() -> sequenceAfter(to - from));
      return to;
    }

    private long sequenceAfter(long lostBytes) {
      // At the end of the log nobody knows how many there were, and no number may come twice.
      return isLast && sequence != SegmentSurvey.UNKNOWN
          ? sequence + sectors(lostBytes) + 1
          : sequenceBehind;
    }

    private boolean isComplete() {
      return reader.segment().end() >= header.segment().end();
    }
  }

  private static BatchDirectory content(List<FoundRecord> found) {
    return DamageReport.content(found);
  }
}
