package io.dosql.engine.archive.store;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/** Names of the metadata that we keep with objects, as they stand behind {@code x-amz-meta-}. */
public final class ObjectMetadata {

  /** Time of the state in an LTX file, RFC 3339 in UTC with milliseconds; Litestream reads it. */
  public static final String LITESTREAM_TIMESTAMP = "litestream-timestamp";

  /**
   * SHA-256 of the object in lower-case hex; every object of ours has it where metadata is kept.
   */
  public static final String SHA256 = "sha256";

  /** Always with three digits of a second, as Litestream writes it. */
  private static final DateTimeFormatter RFC_3339_MILLIS =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  private ObjectMetadata() {}

  /** A value of {@link #LITESTREAM_TIMESTAMP}. */
  public static String litestreamTime(Instant time) {
    return RFC_3339_MILLIS.format(time);
  }
}
