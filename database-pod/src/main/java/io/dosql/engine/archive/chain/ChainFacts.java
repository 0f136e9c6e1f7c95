package io.dosql.engine.archive.chain;

import io.dosql.engine.archive.ltx.LtxHeader;
import io.dosql.engine.archive.store.ObjectInfo;
import io.dosql.engine.archive.store.ObjectMetadata;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a file of a chain says of its commits.
 *
 * @param time of the last one, to the millisecond; of a snapshot perhaps somewhat later, never
 *     earlier
 * @param firstLogObject number of the first log object that holds some of them, 0 if not known
 * @param logObjects how many there are from that one on, 0 if not known
 */
public record ChainFacts(Instant time, long firstLogObject, long logObjects) {

  private static final String FIRST_LOG_OBJECT = "log-object";
  private static final String LOG_OBJECTS = "log-objects";

  static ChainFacts of(LtxHeader header) {
    return new ChainFacts(header.time(), header.firstLogObject(), header.logObjects());
  }

  /** What the store itself tells, if it keeps metadata. */
  static Optional<ChainFacts> of(ObjectInfo info) {
    String time = info.metadata().get(ObjectMetadata.LITESTREAM_TIMESTAMP);
    if (time == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new ChainFacts(
              Instant.parse(time),
              Long.parseLong(info.metadata().getOrDefault(FIRST_LOG_OBJECT, "0")),
              Long.parseLong(info.metadata().getOrDefault(LOG_OBJECTS, "0"))));
    } catch (DateTimeParseException | NumberFormatException notOurs) {
      return Optional.empty();
    }
  }

  /** For the object; so that whoever looks for a time need not read its beginning. */
  public static Map<String, String> metadata(LtxHeader header) {
    Map<String, String> metadata = new HashMap<>();
    metadata.put(ObjectMetadata.LITESTREAM_TIMESTAMP, ObjectMetadata.litestreamTime(header.time()));
    if (header.firstLogObject() > 0) {
      metadata.put(FIRST_LOG_OBJECT, Long.toString(header.firstLogObject()));
      metadata.put(LOG_OBJECTS, Long.toString(header.logObjects()));
    }
    return metadata;
  }
}
