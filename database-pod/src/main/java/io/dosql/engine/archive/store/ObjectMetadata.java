package io.dosql.engine.archive.store;

/** Names of the metadata that we keep with objects, as they stand behind {@code x-amz-meta-}. */
public final class ObjectMetadata {

  /** Time of the state in an LTX file, RFC 3339 in UTC with milliseconds; Litestream reads it. */
  public static final String LITESTREAM_TIMESTAMP = "litestream-timestamp";

  /**
   * SHA-256 of the object in lower-case hex; every object of ours has it where metadata is kept.
   */
  public static final String SHA256 = "sha256";

  private ObjectMetadata() {}
}
