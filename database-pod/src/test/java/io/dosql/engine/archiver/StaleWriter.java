package io.dosql.engine.archiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.log.LogObject;
import io.dosql.engine.archive.log.LogObjectWriter;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.log.LogSpan;
import io.dosql.engine.archive.log.SpooledLogObject;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.archive.store.PutResult;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LogReader;
import io.dosql.engine.log.StoredPart;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** An engine that was thought to have stopped, and writes all the same. */
final class StaleWriter {

  private static final UUID WRITER = new UUID(3, 4);

  private StaleWriter() {}

  /**
   * Puts behind a line's newest object another one of the same epoch.
   *
   * @param engine whose log goes on from where the line ends, and is what the object holds
   */
  static void slipIn(ObjectStore store, String line, ArchivedProcess engine) throws IOException {
    LogObjects objects = new LogObjects(store, DrivenArchiver.LAYOUT, line);
    LogObject newest = objects.open(objects.last().orElseThrow());
    LineEnd end = LineEnd.of(newest.header(), newest.index().lastPart(), newest.verify());
    LogPosition to = end.end();
    try (LogObjectWriter writer = new LogObjectWriter(engine.folder().resolve("scratch"));
        LogReader reader = engine.log().reader(end.end())) {
      for (Optional<StoredPart> part = reader.nextStored();
          part.isPresent();
          part = reader.nextStored()) {
        writer.add(part.get());
        to = part.get().end();
      }
      LogSpan span = new LogSpan(end.end(), to);
      try (SpooledLogObject object =
          writer.finish(
              end.next(line, WRITER, span, end.chainedTo(), Instant.EPOCH), end.lastPart())) {
        assertThat(objects.put(object)).isEqualTo(PutResult.CREATED);
      }
    }
  }
}
