package io.dosql.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a log: reads what is there, mends what a crash left, makes durable what is accepted. The
 * order of steps is the recovery rule of {@link LogFormat}.
 */
final class LogOpener {

  private static final Logger LOG = LoggerFactory.getLogger(LogOpener.class);

  private final LogOptions options;
  private final LogStorage storage;
  private final FatalErrorHandler fatal;
  private final InstantSource clock;
  private final LongSupplier logIds;
  private final Worker.Factory workers;

  private final Wakeup wakeFlusher = new Wakeup();
  private final Wakeup wakeHousekeeper = new Wakeup();
  private final Retention retention = new Retention(wakeHousekeeper);
  private final LogIndex index = new LogIndex(retention);

  /** Takes what {@link CommitLog#open} is given; ids of new logs and workers besides. */
  LogOpener(
      LogOptions options,
      LogStorage storage,
      FatalErrorHandler fatal,
      InstantSource clock,
      LongSupplier logIds,
      Worker.Factory workers) {
    this.options = options;
    this.storage = storage;
    this.fatal = fatal;
    this.clock = clock;
    this.logIds = logIds;
    this.workers = workers;
  }

  CommitLog open() throws IOException {
    SegmentMaker maker = new SegmentMaker(storage, options.segmentBytes());
    List<String> names = findNames();
    List<Long> starts = findSegments(names);
    boolean isNew = starts.isEmpty();
    if (isNew) {
      maker.make(firstHeader()).close();
      starts = List.of(LogPosition.START.bytes());
    }
    LogScanner.Result found = new LogScanner(storage, index, options).scan(starts);
    SegmentHeader last = found.segments().getLast();
    LogFile file = storage.openForWriting(last.segment().fileName());
    try {
      mend(last.segment(), file, found);
      return assemble(maker, file, found, isNew, DamageFiles.judgedEnd(names));
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private List<String> findNames() throws IOException {
    List<String> names = storage.list();
    if (names.contains(SegmentMaker.PREPARED_NAME)) {
      storage.delete(SegmentMaker.PREPARED_NAME);
    }
    // A process that died between a rename and its sync has left a name that is not durable.
    storage.syncDirectory();
    return names;
  }

  private static List<Long> findSegments(List<String> names) {
    return names.stream().flatMap(name -> Segment.startOf(name).stream()).sorted().toList();
  }

  private SegmentHeader firstHeader() {
    long start = LogPosition.START.bytes();
    return new SegmentHeader(
        logIds.getAsLong(), start, options.segmentBytes(), 1, start, clock.millis());
  }

  /** Cuts the torn tail off, and makes durable what counts from now on. */
  private void mend(Segment segment, LogFile file, LogScanner.Result found) throws IOException {
    TornTail tail = found.tail();
    if (!tail.isEmpty()) {
      LOG.warn(
          "Cut off {} bytes at offset {} of {}: a batch that a crash had left incomplete",
          tail.end() - tail.start(),
          segment.offsetOf(tail.start()),
          segment.fileName());
      SegmentMaker.writeZeros(
          file, segment.fileName(), segment.offsetOf(tail.start()), segment.offsetOf(tail.end()));
    }
    if (found.lastBatch().isPresent()) {
      rewrite(segment, file, found.lastBatch().get());
    }
    file.sync();
  }

  private static void rewrite(Segment segment, LogFile file, BatchHeader batch) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(batch.lengthBytes());
    long offset = segment.offsetOf(batch.position());
    SegmentReader.readFully(file, segment.fileName(), offset, bytes);
    SegmentMaker.writeFully(file, segment.fileName(), offset, bytes.flip());
  }

  private CommitLog assemble(
      SegmentMaker maker, LogFile file, LogScanner.Result found, boolean isNew, long judgedEnd)
      throws IOException {
    LogEnd end = found.end();
    Segment last = found.segments().getLast().segment();
    // Nothing is added to a segment that is damaged: it is evidence.
    long firstBatch = found.isLastDamaged() ? last.end() : end.position();
    Segments segments =
        new Segments(storage, retention, maker, found.segments(), file, end.position(), judgedEnd);
    DamageBook damage =
        new DamageBook(
            found.damage().stream().filter(stretch -> stretch.end().bytes() > judgedEnd).toList(),
            index,
            retention,
            segments,
            new DamageFiles(storage),
            firstBatch);
    damage.found().forEach(stretch -> LOG.error("{}", stretch.description()));
    LogFailure failure = new LogFailure(fatal);
    AppendBuffer buffer =
        new AppendBuffer(
            options, index, clock, end, firstBatch, last.end(), found.recent(), wakeFlusher);
    failure.bind(buffer);
    boolean endsWithRecords = found.lastBatch().filter(batch -> batch.records() > 0).isPresent();
    Flusher flusher =
        new Flusher(
            buffer,
            segments,
            segments,
            endsWithRecords,
            failure,
            wakeHousekeeper,
            wakeFlusher::within);
    flusher.mark();
    buffer.checkNotFailed();
    Housekeeper housekeeper = new Housekeeper(segments, maker, failure);
    Worker flusherWorker =
        workers.start(
            "log-flusher",
            () -> {
              while (flusher.step()) {}
            });
    Worker housekeeperWorker = workers.start("log-housekeeper", housekeeper::step);
    wakeFlusher.bind(flusherWorker);
    wakeHousekeeper.bind(housekeeperWorker);
    if (flusher.waitsForSpace()) {
      wakeFlusher.run();
    }
    return new CommitLog(
        options,
        buffer,
        index,
        retention,
        segments,
        flusher,
        flusherWorker,
        housekeeperWorker,
        damage,
        recovery(found, isNew));
  }

  private static LogRecovery recovery(LogScanner.Result found, boolean isNew) {
    TornTail tail = found.tail();
    Segment last = found.segments().getLast().segment();
    return new LogRecovery(
        isNew,
        isNew ? 0 : found.segments().size(),
        found.records(),
        tail.isEmpty() ? "" : last.fileName(),
        tail.isEmpty() ? 0 : last.offsetOf(tail.start()),
        tail.end() - tail.start());
  }
}
